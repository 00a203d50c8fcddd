// Files that a person is given by somebody else: configurations, recipes, tokenizers.
import { closeSync, ftruncateSync, openSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRecipe } from "../../src/compose/read-recipe.js";
import { readBuildConfig } from "../../src/options/build-config.js";
import { readTokenizerFiles } from "../../src/storage/load-tokenizer.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { directoryWith } from "../helpers.js";

/** Nine to the tenth values by aliases of aliases. */
const bomb = [..."abcdefghij"]
	.map((name, i, all) => {
		const one = i === 0 ? "x" : `*${all[i - 1]}`;
		return `${name}: &${name} [${Array(9).fill(one).join(", ")}]\n`;
	})
	.join("");
const brackets = (depth: number, key: string) =>
	`{"${key}":${"[".repeat(depth)}${"]".repeat(depth)}}`;

const readers = {
	"a configuration": [readBuildConfig, "bad-config", "where"],
	"a recipe": [readRecipe, "bad-recipe", "steps"],
} as const;

describe.each(Object.entries(readers))("%s", (_, [read, code, key]) => {
	const fault = (name: string, content: string | Uint8Array) =>
		read(join(directoryWith({ [name]: content }), name)).then(
			() => null,
			(error) => error,
		);

	test.each([
		["a.yaml", bomb, /aliases stand for too much/],
		["a.yaml", `${key}: ${"[".repeat(1e5)}`, /too deep/],
		["a.yaml", `${"- ".repeat(1e5)}x`, /too deep|is no/],
		["a.yaml", `&a [*a]`, /./],
		["a.json", "[".repeat(1e6), /not JSON/],
		["a.json", brackets(1e6, key), /./],
	])(
		"%s of %.20s is refused, if at all, with a sentence",
		async (name, content, why) => {
			const error = await fault(name, content);
			if (error === null) expect(read).toBe(readRecipe);
			else
				expect(error).toMatchObject({
					code,
					message: expect.stringMatching(why),
				});
		},
	);

	test("of more than 64 MiB is refused", async () => {
		const path = join(directoryWith({}), "a.yaml");
		grow(path, (1 << 26) + 1);
		await expect(read(path)).rejects.toMatchObject({
			code,
			message: expect.stringContaining("at most 67108864 are read"),
		});
	});

	test.each([
		["a.json", '{"__proto__":{"polluted":1}}'],
		["a.json", '{"constructor":{"prototype":{"polluted":1}}}'],
		["a.yaml", "__proto__: { polluted: 1 }\n"],
		["a.yaml", "? __proto__\n: { polluted: 1 }\nprototype: 1\n"],
		["a.yaml", "<<: { __proto__: { polluted: 1 } }\n"],
		[
			"a.yaml",
			"sources: [{ name: a, inputs: [b], __proto__: { polluted: 1 } }]\n",
		],
		["a.yaml", "steps: [{ separator: { __proto__: { polluted: 1 } } }]\n"],
		["a.yaml", "steps: [{ __proto__: { polluted: 1 } }]\n"],
	])("%s of %s changes no prototype", async (name, content) => {
		const error = await fault(name, content);
		if (error !== null) expect(error).toMatchObject({ code });
		expect(({} as { polluted?: number }).polluted).toBeUndefined();
		expect(([] as { polluted?: number }).polluted).toBeUndefined();
	});
});

function grow(path: string, size: number) {
	const file = openSync(path, "w");
	ftruncateSync(file, size);
	closeSync(file);
}

describe("a tokenizer", () => {
	test("of more than 256 MiB is not read", async () => {
		const path = join(directoryWith({}), "tokenizer.json");
		grow(path, 2 ** 30);
		await expect(readTokenizerFiles(path)).rejects.toMatchObject({
			code: "not-a-tokenizer",
			message: expect.stringContaining("at most 268435456 are read"),
		});
	});

	test.each([
		brackets(1e6, "model"),
		brackets(1e6, "normalizer"),
		'{"__proto__":{"polluted":1},"model":{"type":"BPE","vocab":{"__proto__":0},"merges":[]}}',
	])("%.60s is read or refused with a sentence", (content) => {
		try {
			parseTokenizerJson(content, "tokenizer.json");
		} catch (error) {
			expect(error).toMatchObject({ code: "not-a-tokenizer" });
		}
		expect(({} as { polluted?: number }).polluted).toBeUndefined();
	});
});
