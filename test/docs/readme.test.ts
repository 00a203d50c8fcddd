import { spawnSync } from "node:child_process";
import {
	existsSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "../helpers.js";

const readme = readFileSync(join(root, "README.md"), "utf8");

test("the demo prints what the README shows", () => {
	const out = join(root, "demo-data");
	const aside = join(root, "demo-data-aside");
	if (existsSync(out)) renameSync(out, aside);
	onTestFinished(() => {
		rmSync(out, { recursive: true, force: true });
		if (existsSync(aside)) renameSync(aside, out);
	});
	const { status, stdout, stderr } = spawnSync(process.execPath, ["demo.mjs"], {
		cwd: root,
		encoding: "utf8",
		timeout: 60_000,
	});
	expect(status, stderr).toBe(0);
	expect(stdout).toBe("");
	const [, shown] = /```\n(\$ npx seqpack build.*?)```/s.exec(readme) ?? [];
	const withoutTime = (text: string) =>
		text
			.replace(/ in [\d.]+ s/g, " in T s")
			// Where the machine is busy, how far it is.
			.replace(/^(planning|reading|finishing): .*\n/gm, "");
	expect(withoutTime(stderr)).toBe(withoutTime(shown));
});

test("the README fits a screen before its picture: what, for whom, and the commands", () => {
	const [screen, rest] = readme.split(/^!\[[^\]]+\]\(docs\/pictures\/.*\)$/m);
	const lines = screen.split("\n");
	expect(lines.length).toBeLessThanOrEqual(40);
	for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
	for (const command of [
		...["npx seqpack build", "npx seqpack verify"],
		...["npm ci && npm run demo", "npm ci && npm test"],
	])
		expect(screen).toMatch(new RegExp(`^ {4}${command}`, "m"));
	const headings = rest.match(/^## .*/gm);
	expect(headings?.slice(0, 2)).toEqual(["## Trainers", "## How fast"]);
});

test("files that the README and the docs point to are there", () => {
	const docs = readdirSync(join(root, "docs"), { recursive: true });
	const pages = docs
		.map((name) => `docs/${name}`)
		.filter((name) => name.endsWith(".md"));
	for (const page of [
		"README.md",
		"CONTRIBUTING.md",
		"SECURITY.md",
		...pages,
	]) {
		const text = readFileSync(join(root, page), "utf8");
		for (const [, link] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
			expect(existsSync(join(root, page, "..", link)), `${page}: ${link}`).toBe(
				true,
			);
	}
});

test("CONTRIBUTING.md has every script of tests, and names none that is not there", () => {
	const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
	const { scripts } = JSON.parse(
		readFileSync(join(root, "package.json"), "utf8"),
	);
	const named = new Set(
		[...page.matchAll(/(?:`|^ {4})npm (?:run )?([\w:]+)/gm)].map(
			([, name]) => name,
		),
	);
	const tests = Object.keys(scripts).filter((name) => name.startsWith("test"));
	expect(tests.filter((name) => !named.has(name))).toEqual([]);
	const ofNpm = new Set(["ci", "publish"]);
	expect(
		[...named].filter((name) => !(name in scripts) && !ofNpm.has(name)),
	).toEqual([]);
});
