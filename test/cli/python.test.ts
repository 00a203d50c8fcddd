import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { root, seqpack, temporaryDirectory } from "../helpers.js";

/** What is in the folder, but for what tools leave there. */
const files = readdirSync(join(root, "python"), {
	recursive: true,
	withFileTypes: true,
})
	.filter((entry) => entry.isFile())
	.map((entry) =>
		relative(join(root, "python"), join(entry.parentPath, entry.name)),
	)
	.filter((path) => !/__pycache__|egg-info|^build|cache/.test(path));
const content = (...path: string[]) => readFileSync(join(...path), "utf8");

test("the Python reader is written out, once and again, and nothing of others is replaced", async () => {
	const out = join(temporaryDirectory(), "reader");
	for (const _ of ["once", "again"]) {
		const { code, stderr } = await seqpack(["python", "--out", out]);
		expect(stderr).toContain(`pip install ${out}\n`);
		expect(code).toBe(0);
		const found = readdirSync(out, { recursive: true, encoding: "utf8" });
		expect(found.filter((path) => path !== "seqpack_reader").sort()).toEqual(
			[...files].sort(),
		);
		for (const path of files)
			expect(content(out, path)).toBe(content(root, "python", path));
	}
	const mine = join(out, "README.md");
	writeFileSync(mine, "mine");
	const { code, stderr } = await seqpack(["python", "--out", out]);
	expect(code).toBe(2);
	expect(stderr).toContain(`${mine} is there already`);
	expect(content(mine)).toBe("mine");
});

test("the Python reader is not written through a link", async () => {
	const [out, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
	symlinkSync(elsewhere, join(out, "seqpack_reader"));
	const { code, stderr } = await seqpack(["python", "--out", out]);
	expect(code).toBe(2);
	expect(stderr).toMatch(/seqpack_reader is a link to .*: remove the link\.$/m);
	expect(readdirSync(elsewhere)).toEqual([]);
	expect(readdirSync(out)).toEqual(["seqpack_reader"]);
});

test("the Python package has the version, licence and formats of this one", () => {
	const { version } = JSON.parse(content(root, "package.json"));
	const project = content(root, "python/pyproject.toml");
	expect(/^version = "(.*)"$/m.exec(project)?.[1]).toBe(version);
	expect(content(root, "python/LICENSE")).toBe(content(root, "LICENSE"));
	const constant = (path: string, name: string) =>
		new RegExp(`\\b${name} = (\\d+)`).exec(content(root, path))?.[1];
	const pairs = [
		["src/plan/curriculum-plan.ts", "python/seqpack_reader/plan.py"],
		["src/dataset/manifest.ts", "python/seqpack_reader/manifest.py"],
	];
	const names = ["PLAN_VERSION", "FORMAT_VERSION"];
	pairs.forEach(([ours, theirs], i) => {
		expect(constant(ours, names[i])).toBeDefined();
		expect(constant(theirs, names[i])).toBe(constant(ours, names[i]));
	});
});
