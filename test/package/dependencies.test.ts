// What users install beside seqpack: pinned, listed with its licence, and nothing that runs at installation.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../helpers.js";

interface Locked {
	version: string;
	integrity?: string;
	license?: string;
	dev?: boolean;
	peer?: boolean;
	link?: boolean;
}

const read = (path: string) =>
	JSON.parse(readFileSync(join(root, path), "utf8"));
const own = read("package.json");
const locked = Object.entries<Locked>(
	read("package-lock.json").packages,
).filter(([path]) => path !== "");
const production = locked.filter(([, { dev, peer }]) => !dev && !peer);

test("every dependency is pinned to a version", () => {
	const { dependencies, devDependencies, peerDependencies } = own;
	for (const [name, version] of Object.entries({
		...dependencies,
		...devDependencies,
		...peerDependencies,
	}))
		expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
});

test("every package that is locked has the hash of what the registry has", () => {
	expect(locked.length).toBeGreaterThan(100);
	for (const [path, { integrity }] of locked) {
		expect(integrity, path).toMatch(/^sha512-/);
	}
});

// test/package/release-check.test.ts has which licences are allowed.
test("what users install has the licence that the lock says, and no script that runs at installation", () => {
	for (const [path, { license }] of production) {
		const { license: said, scripts = {} } = read(`${path}/package.json`);
		expect(said, path).toBe(license);
		for (const script of ["preinstall", "install", "postinstall"])
			expect(scripts, path).not.toHaveProperty(script);
	}
});

test("docs/dependencies.md lists all that users install, with its licence", () => {
	const page = readFileSync(join(root, "docs/dependencies.md"), "utf8");
	const [before] = page.split("For development only");
	const listed = new Map<string, string>();
	for (const [, names, licence] of before.matchAll(
		/^\| (@?[\w/, @-]+?) \| ([^|]+?) \|/gm,
	))
		if (names !== "package")
			for (const name of names.split(", ")) listed.set(name, licence);
	const installed = new Map(
		production.map(([path, { license = "" }]) => [
			path.replace(/^.*node_modules\//, ""),
			license.replace(" OR ", " or "),
		]),
	);
	for (const [name, licence] of installed)
		expect(listed.get(name), name).toBe(licence);
	for (const name of listed.keys())
		expect(
			installed.has(name) || name in own.peerDependencies,
			`${name} is listed, and not installed`,
		).toBe(true);
});
