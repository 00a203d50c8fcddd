import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { rolldown } from "rolldown";
import { beforeAll, describe, expect, test } from "vitest";
import { root, tokenizerPath } from "../helpers.js";

const { exports } = JSON.parse(
	readFileSync(join(root, "package.json"), "utf8"),
) as { exports: Record<string, { default: string }> };

/** What browsers, Deno, Bun and workers have beside the language itself. */
const webGlobals = {
	TextEncoder,
	TextDecoder,
	URL,
	performance,
	atob,
	btoa,
	structuredClone,
	console,
};

/** An entry of the package as one script that leaves its exports in `entry`. */
async function bundled(name: string): Promise<string> {
	const bundle = await rolldown({
		input: join(root, exports[name].default),
		platform: "browser",
	});
	const { output } = await bundle.generate({ format: "iife", name: "entry" });
	await bundle.close();
	expect(output).toHaveLength(1);
	expect(output[0].imports).toEqual([]);
	return output[0].code;
}

/** What a program gives that has an entry, and no Node. */
function inBrowser(code: string, program: string, data: object = {}): unknown {
	const context = createContext({ ...webGlobals, data });
	runInContext(code, context);
	const json = runInContext(`JSON.stringify((${program})(entry))`, context);
	return JSON.parse(json);
}

describe.each([
	[
		"./pack",
		`({ pack, lowerBound, DataError }) => {
			const { order, packOffsets } = pack(Int32Array.of(3, 5, 2, 6), 8, { packer: "best-fit-decreasing" });
			let code;
			try {
				pack(Int32Array.of(9), 8, {});
			} catch (error) {
				code = error instanceof DataError ? error.name : String(error);
			}
			return [[...order], [...packOffsets], lowerBound(Int32Array.of(3, 5, 2, 6), 8), code];
		}`,
		[[3, 2, 1, 0], [0, 2, 4], 2, "DataError"],
	],
	[
		"./segment",
		`({ unitStarts, fillUnits }) => [
			[...unitStarts("One. Zwei? 三。四", "sentence")],
			[...unitStarts("a;b;c", "regex:;")],
			[...fillUnits([10, 5, 23], 17).length],
		]`,
		[
			[0, 5, 11, 17],
			[0, 1, 3],
			[15, 17, 6],
		],
	],
	[
		"./decompose",
		`({ decomposeDocuments, remainders }) => {
			const lengths = Int32Array.of(13);
			const cut = (options) => decomposeDocuments(lengths, { maxLength: 8, ...options }).pieces;
			const pieces = cut({ name: "binary", minLength: 4 });
			return [[...pieces.length].sort(), [...remainders(lengths, pieces).length], [...cut({ name: "split" }).length]];
		}`,
		[[4, 8], [1], [8, 5]],
	],
	[
		"./masks",
		`({ positionIds, cuSeqlens }) => [
			[...positionIds(Int32Array.of(2, 3))],
			[...cuSeqlens(Int32Array.of(2, 3)).cuSeqlens],
		]`,
		[
			[0, 1, 0, 1, 2],
			[0, 2, 5],
		],
	],
	[
		"./curriculum",
		`({ scheduleOdds }) => scheduleOdds("grow-p2", 3)`,
		[4, 2, 1],
	],
] as const)("without Node: seqpack%s", (name, program, due) => {
	test("is one script that needs nothing else", async () => {
		expect(inBrowser(await bundled(name), program)).toEqual(due);
	});
});

describe("without Node: seqpack/tokenizer", () => {
	let code: string;
	beforeAll(async () => {
		code = await bundled("./tokenizer");
	});
	const files = {
		tokenizerJson: readFileSync(join(tokenizerPath, "tokenizer.json"), "utf8"),
	};
	const texts = ["Hello, world", "héllo 漢字 😀\n".repeat(2000)];

	test.each(["auto", "huggingface"])(
		"%s: tokenizes and decodes as in Node",
		async (engine) => {
			const { tokenizerFromJson } = await import("seqpack/tokenizer");
			const here = tokenizerFromJson(files, "auto");
			const there = inBrowser(
				code,
				`({ tokenizerFromJson }) => {
					const tokenizer = tokenizerFromJson(data.files, "${engine}");
					const ids = data.texts.map((text) => [...tokenizer.encode(text)]);
					return { ids, texts: ids.map((list) => tokenizer.decode(list)) };
				}`,
				{ files, texts },
			);
			expect(there).toEqual({
				ids: texts.map((text) => [...here.encode(text)]),
				texts,
			});
		},
	);
});

test("these are the entries: those without Node are tested above", () => {
	expect(Object.keys(exports)).toEqual([
		".",
		"./pack",
		"./segment",
		"./decompose",
		"./masks",
		"./tokenizer",
		"./curriculum",
		"./package.json",
	]);
});
