import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "./core/errors.js";
import { confined } from "./storage/confined.js";
import { readIfThere, removePartials } from "./storage/storage.js";
import { storageAt } from "./storage/storages.js";

/** What of the folder is the package; what tools leave beside it is not. */
const OF_PACKAGE =
	/^(LICENSE|README\.md|pyproject\.toml|\w+\/(py\.typed|\w+\.py))$/;

/** The files of the Python reader: contents by path below its folder. */
export function pythonPackage(): Map<string, string> {
	const folder = findFolder();
	const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((path) => path.replaceAll("\\", "/"))
		.filter((path) => OF_PACKAGE.test(path));
	return new Map(
		paths
			.sort()
			.map((path) => [path, readFileSync(join(folder, path), "utf8")]),
	);
}

/**
 * Writes the Python reader to a directory. Files that are there already, and the same, stay.
 * @returns how many files it has
 * @throws UsageError `output-in-use` where another file is in the way, `outside` where a link leads out; then none is written
 */
export async function writePythonPackage(out: string): Promise<number> {
	const storage = confined(storageAt(out), out);
	const files = pythonPackage();
	const inTheWay = (place: string) =>
		new UsageError(
			"output-in-use",
			`${place} is there already, and is another file: name another directory, or remove it.`,
		);
	const missing: [string, string][] = [];
	for (const [path, content] of files) {
		const place = `${out}/${path}`;
		const found = await readIfThere(storage, place);
		if (found === null) missing.push([place, content]);
		else if (found.toString("utf8") !== content) throw inTheWay(place);
	}
	// Folders first, of which one may be a link.
	for (const [place, content] of missing.reverse())
		if (!(await storage.createExclusive(place, content))) throw inTheWay(place);
	for (const path of files.keys())
		await removePartials(storage, `${out}/${path}`);
	return files.size;
}

function findFolder(): string {
	// From src/; from dist/src/ and the bundle.
	for (const up of ["../python", "../../python"]) {
		const folder = fileURLToPath(new URL(up, import.meta.url));
		if (existsSync(join(folder, "pyproject.toml"))) return folder;
	}
	throw new Error("the folder of the Python reader is not where it belongs");
}
