import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { root } from "../helpers.js";

test("the tables of the docs are those of the code; if not, run `npm run docs`", () => {
	const { status, stderr } = spawnSync(
		process.execPath,
		["scripts/docs.mjs", "--check"],
		{ cwd: root, encoding: "utf8", timeout: 60_000 },
	);
	expect(stderr).toBe("");
	expect(status).toBe(0);
});
