// Checks whether this can be published: version, changelog, lock, scripts, licences, provenance, docs; then the tarball
// and known vulnerabilities of dependencies.
//
//   npm run release:check              before `npm publish`
//   npm run release:check -- --draft   at any time: what only the publisher can settle is printed, but does not fail
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { sourceFaults } from "./release-faults.mjs";

const { values } = parseArgs({ options: { draft: { type: "boolean" } } });
const read = (path) => readFileSync(path, "utf8");
const folders = readdirSync(".").map((name) => `${name}/package-lock.json`);
const pages = [
	"README.md",
	...readdirSync("docs", { recursive: true })
		.filter((name) => name.endsWith(".md"))
		.map((name) => `docs/${name}`),
];
const found = sourceFaults({
	own: JSON.parse(read("package.json")),
	lock: JSON.parse(read("package-lock.json")),
	changelog: read("CHANGELOG.md"),
	pages: Object.fromEntries(pages.map((path) => [path, read(path)])),
	others: folders.filter(existsSync).map((path) => JSON.parse(read(path))),
});
const open = found.filter(({ waits }) => waits && values.draft);
const faults = found.filter((one) => !open.includes(one));
for (const { text } of faults) console.error(text);
const passed = ["check-package.mjs", "audit.mjs"].map(
	(script) =>
		spawnSync(process.execPath, [`scripts/${script}`], { stdio: "inherit" })
			.status === 0,
);
for (const { text } of open) console.log(`Before a release: ${text}`);
if (faults.length > 0 || passed.includes(false)) {
	console.error("Not ready to publish.");
	process.exitCode = 1;
} else
	console.log(open.length > 0 ? "Sound as a draft." : "Ready for npm publish.");
