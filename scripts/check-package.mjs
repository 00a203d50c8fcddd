// Packs the package as `npm publish` does, and checks the tarball: that it holds what
// a user needs and nothing else, and that Node and TypeScript find every entry
// (publint, Are the Types Wrong).
import { execFileSync, spawnSync } from "node:child_process";
import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pythonPackage } from "../dist/src/python-package.js";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const directory = mkdtempSync(join(tmpdir(), "seqpack-package-"));
try {
	const [{ filename, files, size, unpackedSize }] = JSON.parse(
		execFileSync(
			"npm",
			["pack", "--json", "--ignore-scripts", "--pack-destination", directory],
			{ encoding: "utf8" },
		),
	);
	compare(new Set(files.map(({ path }) => path)), expectedFiles());
	const tarball = join(directory, filename);
	check("publint", ["run", tarball, "--strict"]);
	check("attw", [tarball, "--profile", "esm-only", "--format", "ascii"]);
	console.log(
		`The package is sound: ${files.length} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked.`,
	);
} finally {
	rmSync(directory, { recursive: true, force: true });
}

/** A module and its types for every source file, the bundle, the Python reader, and four files beside them. */
function expectedFiles() {
	const expected = new Set([
		...["LICENSE", "README.md", "SECURITY.md", "package.json"],
	]);
	for (const top of ["src", "cli"])
		for (const path of readdirSync(top, {
			recursive: true,
			encoding: "utf8",
		})) {
			const source = join(top, path).replaceAll("\\", "/");
			// What becomes WebAssembly is in a module beside its folder.
			const isKernel = existsSync(`${dirname(source)}-bytes.ts`);
			if (!source.endsWith(".ts") || isKernel) continue;
			for (const ending of [".js", ".d.ts"])
				expected.add(`dist/${source.slice(0, -3)}${ending}`);
		}
	for (const file of readdirSync("dist/bin")) expected.add(`dist/bin/${file}`);
	for (const path of pythonPackage().keys()) expected.add(`python/${path}`);
	for (const entry of Object.values(exports))
		for (const path of typeof entry === "string"
			? [entry]
			: Object.values(entry))
			expected.add(path.replace("./", ""));
	return expected;
}

function compare(found, expected) {
	const missing = [...expected].filter((path) => !found.has(path));
	const extra = [...found].filter((path) => !expected.has(path));
	const problems = [
		...missing.map((path) => `${path} is missing`),
		...extra.map((path) => `${path} has no place in it`),
	];
	if (problems.length > 0)
		throw new Error(`the tarball is wrong:\n  ${problems.join("\n  ")}`);
}

function check(name, args) {
	const command = join("node_modules", ".bin", name);
	const { status, error } = spawnSync(command, args, { stdio: "inherit" });
	if (error) throw error;
	if (status !== 0) throw new Error(`${name} found faults.`);
}

function kilobytes(bytes) {
	return `${Math.round(bytes / 1000)} kB`;
}
