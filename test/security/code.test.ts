// What comes from a file never runs as a program.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesBelow, root } from "../helpers.js";

/** What runs code, or other programs, and where it may stand: what is run is written there. */
const allowed: Record<string, { pattern: RegExp; places: string[] }> = {
	"code of a text": {
		pattern:
			/\beval\s*\(|\bnew\s+Function\b|[^.\w]Function\s*\(\s*["'`]|node:vm\b|\bsetTimeout\(\s*["'`]/,
		places: [],
	},
	"other programs": {
		pattern: /child_process/,
		places: [
			// squeue, sbatch and the like, with arguments that no shell reads.
			"src/engines/run-program.ts",
			// `credential_process` of AWS's own configuration, as its documentation has it.
			"src/storage/s3/credentials/process.ts",
		],
	},
	"modules whose names are not written out": {
		pattern: /\bimport\(\s*(?!["'])|\brequire\(|createRequire/,
		// A package by its name, which is written in the same file.
		places: ["src/documents/units/parser.ts"],
	},
	"TLS without certificates": {
		pattern: /rejectUnauthorized|NODE_TLS_REJECT|checkServerIdentity/,
		places: [],
	},
	prototypes: {
		pattern: /__proto__|setPrototypeOf/,
		// As a name of JSON, which is defined and not set.
		places: ["src/core/json.ts"],
	},
};

const sources = ["src", "cli"].flatMap((top) =>
	filesBelow(join(root, top))
		.filter((path) => path.endsWith(".ts"))
		.map((path) => `${top}/${path}`),
);

describe("nothing in the sources runs", () => {
	test.each(Object.entries(allowed))(
		"%s, but where it is listed",
		(_, rule) => {
			const found = sources.filter((path) =>
				rule.pattern.test(code(readFileSync(join(root, path), "utf8"))),
			);
			expect(found.sort()).toEqual([...rule.places].sort());
		},
	);
});

/**
 * Apache Arrow's builders make one of the values that stand for null, which are its own: a caller
 * could give others as `nullValues`, and nobody does.
 */
const NULL_VALUES =
	/^\s*return new Function\(`x`, `\$\{fnBody\}\\nreturn true;`\);$/m;

test("nor in what is built of them, dependencies that are bundled included", () => {
	const found = filesBelow(join(root, "dist", "bin"))
		.filter((path) => path.endsWith(".js"))
		.filter((path) =>
			allowed["code of a text"].pattern.test(
				code(
					readFileSync(join(root, "dist/bin", path), "utf8").replace(
						NULL_VALUES,
						"",
					),
				),
			),
		);
	expect(found).toEqual([]);
	for (const path of sources)
		expect(readFileSync(join(root, path), "utf8"), path).not.toContain(
			"nullValues",
		);
});

function code(text: string): string {
	return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
