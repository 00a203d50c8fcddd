// Builds the site of the documentation, site/dist: `npm run site`.
// Its pages are docs/ as they are, and the API by TypeDoc from the comments in what is built.
// Packages for it are installed in site/ alone, when they are needed first.
import { spawnSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyPages } from "./copy-pages.mjs";

const site = fileURLToPath(new URL(".", import.meta.url));
const root = join(site, "..");
const pages = join(site, ".generated");

if (!existsSync(join(root, "dist/src/index.d.ts")))
	run(root, "npm", "run", "build");
install();
rmSync(pages, { recursive: true, force: true });
copyPages(root, pages);
tool("typedoc", "--options", "typedoc.json", "--logLevel", "Warn");
tool("vitepress", "build", ".");
const playground = join(root, "playground/dist");
if (existsSync(playground))
	cpSync(playground, join(site, "dist/playground"), { recursive: true });

/** Installs what package-lock.json says, unless that is there. */
function install() {
	const lock = readFileSync(join(site, "package-lock.json"), "utf8");
	const installed = join(site, "node_modules/.installed-lock.json");
	if (existsSync(installed) && readFileSync(installed, "utf8") === lock) return;
	run(site, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
	writeFileSync(installed, lock);
}

function tool(name, ...args) {
	run(
		site,
		process.execPath,
		join(
			site,
			`node_modules/${name}/bin/${name}${name === "vitepress" ? ".js" : ""}`,
		),
		...args,
	);
}

/** Runs a program; ends with its exit code where that is not 0. */
function run(cwd, program, ...args) {
	const { status } = spawnSync(program, args, { cwd, stdio: "inherit" });
	if (status !== 0) process.exit(status ?? 1);
}
