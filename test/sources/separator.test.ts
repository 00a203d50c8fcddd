import fc from "fast-check";
import { expect, test } from "vitest";
import { cutIntoTasks, divisionOf } from "../../src/sources/divide.js";
import { findInputs } from "../../src/sources/find/find-inputs.js";
import type { InputFile } from "../../src/sources/source.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { directoryWith } from "../helpers.js";
import { readAllOf, wholeFiles } from "./reading.js";

/** What no occurrence of the separator covers, found by trying every place. */
function piecesOf(text: string, separator: string) {
	const covered = new Array(text.length).fill(false);
	for (let at = 0; at + separator.length <= text.length; at++)
		if (text.startsWith(separator, at))
			covered.fill(true, at, at + separator.length);
	const pieces: { text: string; position: number; line: number }[] = [];
	for (let at = 0; at < text.length; at++) {
		if (covered[at]) continue;
		if (at === 0 || covered[at - 1])
			pieces.push({
				text: "",
				position: at,
				line: text.slice(0, at).split("\n").length,
			});
		pieces[pieces.length - 1].text += text[at];
	}
	return pieces;
}

const file = (size: number, separator: string): InputFile => ({
	path: "a.txt",
	source: "a.txt",
	size,
	version: null,
	frames: null,
	format: "text",
	compression: null,
	options: { separator },
});

test("a text is cut at every occurrence of the separator, whatever the borders of spans and reads", async () => {
	const letters = fc.constantFrom("a", "b", "\n");
	await fc.assert(
		fc.asyncProperty(
			fc.string({ unit: letters, maxLength: 40 }),
			fc.string({ unit: letters, minLength: 1, maxLength: 4 }),
			fc.integer({ min: 1, max: 9 }),
			fc.integer({ min: 1, max: 50 }),
			async (text, separator, most, taskSize) => {
				const storage = memoryStorage({ "a.txt": Buffer.from(text) }, most);
				const input = file(text.length, separator);
				const division = await divisionOf(storage, input);
				const spans = cutIntoTasks([division], taskSize)
					.flat()
					.map(({ input: _, ...span }) => ({ file: input, span }));
				const { documents, counts } = await readAllOf(storage, spans);
				const before = counts.map((_, i) =>
					counts.slice(0, i).reduce((sum, { numbers }) => sum + numbers, 0),
				);
				expect(
					documents.map(({ text, position, number, span }) => ({
						text,
						position,
						line: before[span] + number,
					})),
				).toEqual(piecesOf(text, separator));
				expect(documents.every(({ id }) => id === null)).toBe(true);
			},
		),
		{ numRuns: 500 },
	);
});

test("escapes stand for newlines and tabs, and a mark at the beginning is dropped", async () => {
	const bytes = Buffer.from("\ufeffone\n\n\ntwo\\n\u00e9\n\n\n");
	const storage = memoryStorage({ "a.txt": bytes });
	const texts = async (separator: string) => {
		const whole = await wholeFiles(storage, [file(bytes.length, separator)]);
		const { documents } = await readAllOf(storage, whole);
		return documents.map(({ text }) => text);
	};
	expect(await texts("\\n\\n\\n")).toEqual(["one", "two\\n\u00e9"]);
	expect(await texts("\\\\n")).toEqual(["one\n\n\ntwo", "\u00e9\n\n\n"]);
	expect(await texts("\u00e9")).toEqual(["one\n\n\ntwo\\n", "\n\n\n"]);
});

test("a document that is not UTF-8 is named by the line that it begins in", async () => {
	const bytes = Buffer.from("one\n--two\n--caf\xe9\n--four", "latin1");
	const storage = memoryStorage({ "a.txt": bytes });
	const spans = cutIntoTasks([{ anywhere: bytes.length }], 8)
		.flat()
		.map(({ input: _, ...span }) => ({ file: file(bytes.length, "--"), span }));
	const { documents, bad } = await readAllOf(storage, spans);
	expect(documents.map(({ text }) => text)).toEqual(["one\n", "two\n", "four"]);
	expect(bad).toMatchObject([{ reason: "invalid-utf8", position: 12 }]);
	await expect(
		readAllOf(storage, spans, { onBadRecord: null }),
	).rejects.toThrow(/^a\.txt:3: /);
});

test("a separator that no file has a use for is refused", async () => {
	const directory = directoryWith({ "a.jsonl": "{}" });
	const options = { options: { separator: "x" } };
	await expect(findInputs([directory], options)).rejects.toThrow(
		/^separator would change nothing: it is for input of the format text, and there is none/,
	);
});
