// Pages in a real browser:
//
//   npm run test:browser [-- FILE...]
//
// In the Chromium that CHROMIUM names or that is on PATH; otherwise Debian's is installed, which needs root.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { installPackages } from "../interop/schedulers/debian.mjs";

const names = ["chromium", "chromium-browser", "google-chrome"];

let chromium = find();
if (chromium === null) {
	try {
		installPackages(["chromium"], ["chromium"]);
	} catch (error) {
		console.error(
			`Pages are not tested: ${error.message}. Or set CHROMIUM to the path of a Chromium.`,
		);
		process.exit(1);
	}
	chromium = find();
}
const vitest = dirname(
	createRequire(import.meta.url).resolve("vitest/package.json"),
);
const { status } = spawnSync(
	process.execPath,
	[
		join(vitest, "vitest.mjs"),
		"run",
		"--project",
		"browser",
		...process.argv.slice(2),
	],
	{ stdio: "inherit", env: { ...process.env, CHROMIUM: chromium } },
);
process.exit(status ?? 1);

/** The path of a Chromium, or null. */
function find() {
	const { CHROMIUM, PATH = "" } = process.env;
	if (CHROMIUM) return CHROMIUM;
	for (const name of names)
		for (const folder of PATH.split(delimiter)) {
			const path = join(folder, name);
			if (isProgram(path)) return path;
		}
	return null;
}

function isProgram(path) {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
