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
import { bundleFaults, kilobytes, tarballFaults } from "./release-faults.mjs";

const own = JSON.parse(readFileSync("package.json", "utf8"));
const directory = mkdtempSync(join(tmpdir(), "seqpack-package-"));
try {
	const [tarball] = JSON.parse(
		execFileSync(
			"npm",
			["pack", "--json", "--ignore-scripts", "--pack-destination", directory],
			{ encoding: "utf8" },
		),
	);
	const { filename, files, size, unpackedSize } = tarball;
	const faults = [
		...tarballFaults(tarball, expectedFiles(), {
			own,
			readme: readFileSync("README.md", "utf8"),
		}),
		...bundleFaults(
			readFileSync("dist/bin/LICENSES.txt", "utf8"),
			JSON.parse(readFileSync("package-lock.json", "utf8")),
		),
	];
	for (const { text } of faults) console.error(text);
	const path = join(directory, filename);
	const checked = [
		check("publint", ["run", path, "--strict"]),
		check("attw", [path, "--profile", "esm-only", "--format", "ascii"]),
	];
	if (faults.length > 0 || checked.includes(false)) process.exitCode = 1;
	else
		console.log(
			`The package is sound: ${files.length} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked.`,
		);
} finally {
	rmSync(directory, { recursive: true, force: true });
}

/** A module and its types for every source file, the bundle, the Python reader, the docs, and what stands beside them. */
function expectedFiles() {
	const expected = new Set([
		...["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md"],
		...["SECURITY.md", "package.json"],
	]);
	for (const top of ["src", "cli"])
		for (const path of filesBelow(top)) {
			const source = join(top, path).replaceAll("\\", "/");
			// What becomes WebAssembly is in a module beside its folder.
			const isKernel = existsSync(`${dirname(source)}-bytes.ts`);
			if (!source.endsWith(".ts") || isKernel) continue;
			for (const ending of [".js", ".d.ts"])
				expected.add(`dist/${source.slice(0, -3)}${ending}`);
		}
	for (const file of readdirSync("dist/bin")) expected.add(`dist/bin/${file}`);
	for (const path of pythonPackage().keys()) expected.add(`python/${path}`);
	for (const path of filesBelow("docs"))
		if (/\.(?:md|svg)$/.test(path)) expected.add(`docs/${path}`);
	return expected;
}

function filesBelow(folder) {
	return readdirSync(folder, { recursive: true, encoding: "utf8" }).map(
		(path) => path.replaceAll("\\", "/"),
	);
}

/** Whether a program finds no fault. */
function check(name, args) {
	const command = join("node_modules", ".bin", name);
	const { status, error } = spawnSync(command, args, { stdio: "inherit" });
	if (error) throw error;
	if (status !== 0) console.error(`${name} found faults.`);
	return status === 0;
}
