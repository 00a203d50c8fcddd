import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
	build,
	exportRows,
	packStore,
	readTokens,
	tokenizerFromJson,
} from "seqpack";
import { describe, expect, test } from "vitest";
import {
	directoryWith,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const END = "<|end_of_text|>";
const texts = [`one ${END} two ${END}`, "three", `four${END}`, "five"];
const input = () =>
	join(
		directoryWith({
			"x.jsonl": texts.map((text) => `${JSON.stringify({ text })}\n`).join(""),
		}),
		"x.jsonl",
	);
const options = {
	tokenizer: tokenizerPath,
	seqLen: 64,
	workers: 0,
	format: "arrow",
} as const;
const files = {
	tokenizerJson: readFileSync(join(tokenizerPath, "tokenizer.json"), "utf8"),
};

test("special tokens in texts are tokens, and counted", async () => {
	const { manifest } = await build({
		...options,
		inputs: [input()],
		out: temporaryDirectory(),
	});
	expect(manifest.totals.specialsInText).toEqual({
		[END]: { documents: 2, tokens: 3 },
	});
	expect(manifest.settings).not.toHaveProperty("specialTokensInText");
});

test("a store tells its packings and its rows of them", async () => {
	const out = temporaryDirectory();
	const store = join(out, "store");
	const { seqLen, ...ofStore } = options;
	const { manifest } = await build({
		...ofStore,
		inputs: [input()],
		layout: "documents",
		taskSize: 30,
		out: store,
	});
	expect(manifest.tasks.read).toBeGreaterThan(1);
	const due = { [END]: { documents: 2, tokens: 3 } };
	expect(manifest.totals.specialsInText).toEqual(due);
	const packing = join(out, "packing");
	const packed = await packStore({ store, out: packing, seqLen });
	expect(packed.manifest.totals.specialsInText).toEqual(due);
	const rows = await exportRows({ packing, out: join(out, "rows") });
	expect(rows.manifest.totals.specialsInText).toEqual(due);
});

test("or plain text", async () => {
	const { manifest } = await build({
		...options,
		inputs: [input()],
		out: temporaryDirectory(),
		specialTokensInText: "text",
	});
	const splitting = tokenizerFromJson({ ...files, splitsSpecialTokens: true });
	const due = texts.map((text) => splitting.encode(text).length);
	expect(manifest.totals.textTokens).toBe(due.reduce((a, b) => a + b));
	expect(manifest.totals.specialTokens).toBe(texts.length);
	expect(manifest.totals).not.toHaveProperty("specialsInText");
	for (const text of texts) {
		const ids = splitting.encode(text);
		expect(ids).not.toContain(splitting.tokenToId(END));
		expect(splitting.decode(ids)).toBe(text);
	}
});

test("or an error, which names file, place and token", async () => {
	const path = input();
	await expect(
		build({
			...options,
			inputs: [path],
			out: temporaryDirectory(),
			specialTokensInText: "error",
		}),
	).rejects.toThrow(
		/x\.jsonl holds the special token "<\|end_of_text\|>" in the text of the document at 0/,
	);
	const reading = readTokens([path], {
		tokenizer: tokenizerPath,
		specialTokensInText: "error",
	});
	await expect(reading.next()).rejects.toThrow(END);
});

describe("of conversations, those of the template are not meant", () => {
	const template = `{% for m in messages %}{{ m.role }}: {{ m.content }}${END}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}`;
	const modelWith = (template: string) =>
		directoryWith({
			"tokenizer.json": files.tokenizerJson,
			"tokenizer_config.json": JSON.stringify({
				eos_token: END,
				chat_template: template,
			}),
		});
	const record = (content: string) => ({
		messages: [
			{ role: "user", content },
			{ role: "assistant", content: `yes${content}` },
		],
	});
	const chat = (...records: object[]) =>
		join(
			directoryWith({
				"x.jsonl": records.map((each) => `${JSON.stringify(each)}\n`).join(""),
			}),
			"x.jsonl",
		);
	const totalsOf = async (
		way: "keep" | "text" | "error",
		input: string,
		of = template,
	) => {
		const { manifest } = await build({
			...options,
			tokenizer: modelWith(of),
			loss: "assistant",
			inputs: [input],
			out: temporaryDirectory(),
			specialTokensInText: way,
		});
		return manifest.totals;
	};
	const some = () => chat(record("well?"), record(`well${END}?`), record(END));

	test("keep: what messages say is counted", async () => {
		expect((await totalsOf("keep", some())).specialsInText).toEqual({
			[END]: { documents: 2, tokens: 4 },
		});
		const none = await totalsOf("keep", chat(record("well?")));
		expect(none).not.toHaveProperty("specialsInText");
	});

	test("error: what messages say is refused", async () => {
		expect((await totalsOf("error", chat(record("well?")))).documents).toBe(1);
		await expect(totalsOf("error", some())).rejects.toThrow(
			/the special token "<\|end_of_text\|>" stands in what it says/,
		);
	});

	test("error: what the template completes is refused", async () => {
		const half = {
			...record("well?"),
			chat_template_kwargs: { half: "<|end" },
		};
		await expect(
			totalsOf("error", chat(half), `{{ half }}_of_text|>${template}`),
		).rejects.toThrow(/stands in what it says/);
	});

	test("text: what messages say is plain text, and what is trained on the same", async () => {
		const reading = (way: "keep" | "text") =>
			readTokens([some()], {
				tokenizer: modelWith(template),
				loss: "assistant",
				specialTokensInText: way,
			});
		const splitting = tokenizerFromJson(files);
		const end = splitting.tokenToId(END) as number;
		for await (const { tokens } of reading("text"))
			for (let i = 0; i + 1 < tokens.offsets.length; i++) {
				const [from, to] = tokens.offsets.subarray(i, i + 2);
				const ids = tokens.ids.subarray(from, to);
				const content = ["well?", `well${END}?`, END][i];
				expect(splitting.decode(ids)).toBe(
					`user: ${content}${END}assistant: yes${content}${END}`,
				);
				// One ends each message.
				expect(ids.filter((id) => id === end)).toHaveLength(2);
				const trained = ids.filter(
					(_, place) => tokens.lossMask?.[from + place] === 1,
				);
				expect(splitting.decode(trained).trim()).toBe(`yes${content}${END}`);
			}
		const totals = await totalsOf("text", some());
		expect(totals.documents).toBe(3);
		expect(totals).not.toHaveProperty("specialsInText");
	});

	test("text: beside plain texts, too", async () => {
		const { manifest } = await build({
			...options,
			tokenizer: modelWith(template),
			sources: [
				{ name: "a", inputs: [some()], loss: "assistant" },
				{ name: "b", inputs: [input()] },
			],
			out: temporaryDirectory(),
			specialTokensInText: "text",
		});
		expect(manifest.totals).not.toHaveProperty("specialsInText");
		expect(manifest.totals.documents).toBe(7);
	});
});
