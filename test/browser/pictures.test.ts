import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../helpers.js";

test("pictures of pages in the docs are those of the pages as they are; if not, run `npm run pictures`", () => {
	const { status, stderr } = spawnSync(
		process.execPath,
		[join(root, "scripts/pictures.mjs"), "--check"],
		{ encoding: "utf8" },
	);
	expect(stderr).toBe("");
	expect(status).toBe(0);
}, 240_000);
