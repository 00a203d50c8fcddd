import { createHash } from "node:crypto";
import { readDocuments } from "seqpack";
import { describe, expect, test } from "vitest";
import { directoryWith } from "../helpers.js";

const lines = (records: object[]) =>
	records.map((record) => `${JSON.stringify(record)}\n`).join("");

async function read(records: object[], options: object) {
	const directory = directoryWith({ "a.jsonl": lines(records) });
	const texts: string[] = [];
	const ids: unknown[] = [];
	const bad: string[] = [];
	const reading = readDocuments([directory], {
		onError: "skip",
		onBadRecord: ({ reason, number }) => bad.push(`${number}: ${reason}`),
		...options,
	});
	let next = await reading.next();
	for (; !next.done; next = await reading.next()) {
		texts.push(...next.value.texts);
		ids.push(...next.value.ids);
	}
	const [{ records: count, skipped, leftOut }] = next.value;
	return { texts, ids, bad, count, skipped, leftOut };
}

describe("records become documents", () => {
	test("by a template, under a condition, each counted once", async () => {
		const records = [
			{ id: "1", title: "A", body: "a", lang: "en", score: 1 },
			{ id: "2", title: "B", body: "b", lang: "de", score: 1 },
			{ id: "3", title: "C", lang: "en", score: 1 },
			{ id: "4", title: "D", body: "d", lang: "en", score: "1" },
			{ id: "5", title: "E", body: 5, lang: "en", score: 9 },
		];
		const found = await read(records, {
			text: "{title}: {body}",
			where: 'lang == "en" and score > 0',
		});
		expect(found).toEqual({
			texts: ["A: a", "E: 5"],
			ids: ["1", "5"],
			bad: ["3: no-text", "4: filter-failed"],
			count: 5,
			skipped: { "no-text": 1, "filter-failed": 1 },
			leftOut: { where: 1 },
		});
	});

	test("by a path of fields; a dot of a name is escaped", async () => {
		const records = [{ meta: { body: "a", key: 7 }, "x.y": "b" }];
		const nested = { textField: "meta.body", idField: "meta.key" };
		expect(await read(records, nested)).toMatchObject({
			texts: ["a"],
			ids: ["7"],
		});
		expect(await read(records, { textField: "x\\.y" })).toMatchObject({
			texts: ["b"],
		});
		const { bad } = await read(records, { textField: "x.y" });
		expect(bad).toEqual(["1: no-text"]);
	});

	test("a sample is those whose SHA-256 begins low, wherever they stand", async () => {
		const records = Array.from({ length: 2000 }, (_, i) => ({ text: `t${i}` }));
		const { texts, leftOut, count } = await read(records, { sample: 0.1 });
		const due = records
			.map(({ text }) => text)
			.filter((text) => {
				const hash = createHash("sha256").update(text).digest();
				return hash.readUIntBE(0, 6) / 2 ** 48 < 0.1;
			});
		expect(texts).toEqual(due);
		expect(texts.length).toBeGreaterThan(150);
		expect(texts.length).toBeLessThan(250);
		expect(leftOut).toEqual({ sample: count - texts.length });
		const turned = await read([...records].reverse(), { sample: 0.1 });
		expect(turned.texts.toReversed()).toEqual(due);
		const less = await read(records, { sample: 0.05 });
		expect(due).toEqual(expect.arrayContaining(less.texts));
	});

	test("options that say two things, or nothing, are refused", async () => {
		for (const [options, sentence] of [
			[
				{ text: "{a}", textField: "a" },
				/^textField would change nothing: text/,
			],
			[{ sample: 0 }, /^sample is 0: give a number above 0 and at most 1/],
			[{ sample: 1.5 }, /^sample is 1.5/],
			[{ where: "a ==" }, /^where is "a ==", which is no condition/],
			[{ textField: "a..b" }, /^textField is "a\.\.b": give the name/],
		] as const)
			await expect(read([], options)).rejects.toThrow(sentence);
	});
});
