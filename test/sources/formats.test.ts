import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compressions } from "../../src/sources/compressions.js";
import {
	cutIntoTasks,
	divisionOf,
	wholeSpan,
} from "../../src/sources/divide.js";
import { sourceFormats } from "../../src/sources/formats.js";
import {
	badRecordReasons,
	type ReadCounts,
} from "../../src/sources/read-records.js";
import type { InputFile } from "../../src/sources/source.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { everything } from "../helpers.js";
import { compressedCorpora, corpora } from "./corpora.js";
import {
	extensionOf,
	inputsOf,
	type PlacelessSpan,
	type ReadResult,
	readAllOf,
	wholeFiles,
} from "./reading.js";

const anyTexts = fc.array(
	fc
		.string({ unit: "grapheme", maxLength: 30 })
		.filter((text) => !text.startsWith("\ufeff")),
	{ maxLength: 20 },
);
const readSize = fc.integer({ min: 1, max: 60 });
/** Of each property; those of compressions are tried less often. */
const runs = everything ? 100 : 40;

test("every format and compression is tested here", () => {
	expect(Object.keys(corpora)).toEqual([...sourceFormats.names]);
	expect(Object.keys(compressedCorpora)).toEqual([...compressions.names]);
});

describe.each(sourceFormats.entries())("%s", (name, format) => {
	const { write, bad, asText, options, readsParts = false } = corpora[name];
	const given = options === undefined ? {} : { format: name, options };
	const texts = anyTexts.map((texts) => texts.map(asText ?? ((text) => text)));

	test("gives all documents in order, and counts them", async () => {
		await fc.assert(
			fc.asyncProperty(texts, readSize, async (texts, most) => {
				const { files, ids } = write(texts);
				const storage = memoryStorage(files, most);
				const inputs = inputsOf(files, given);
				const spans = await wholeFiles(storage, inputs);
				const { documents, counts } = await readAllOf(storage, spans);
				expect(documents.map(({ text }) => text)).toEqual(texts);
				expect(documents.map(({ id }) => id)).toEqual(ids);
				expect(sumOf(counts, "records")).toBe(texts.length);
				if (!readsParts)
					for (const [i, { size }] of inputs.entries())
						expect(counts[i].bytes).toBe(size);
			}),
			{ numRuns: runs },
		);
	});

	test("gives the same cut into tasks of any size, and read on from any of them", async () => {
		await fc.assert(
			fc.asyncProperty(
				texts,
				readSize,
				fc.integer({ min: 1, max: 300 }),
				async (texts, most, taskSize) => {
					const { files } = write(texts);
					const storage = memoryStorage(files, most);
					const inputs = inputsOf(files, given);
					const divisions = await Promise.all(
						inputs.map((file) => divisionOf(storage, file)),
					);
					const tasks = cutIntoTasks(divisions, taskSize);
					const spans = tasks
						.flat()
						.map(({ input, ...span }) => ({ file: inputs[input], span }));
					const whole = await readAllOf(
						storage,
						await wholeFiles(storage, inputs),
					);
					const cut = await readAllOf(storage, spans);
					expect(placed(cut, spans)).toEqual(placed(whole, null));
					expect(sumOf(cut.counts, "records")).toBe(
						sumOf(whole.counts, "records"),
					);
					expect(sumOf(cut.counts, "numbers")).toBe(
						sumOf(whole.counts, "numbers"),
					);
					const from = Math.floor(spans.length / 2);
					const rest = await readAllOf(storage, spans.slice(from));
					expect(rest.documents.map(({ text }) => text)).toEqual(
						cut.documents
							.filter(({ span }) => span >= from)
							.map(({ text }) => text),
					);
				},
			),
			{ numRuns: runs },
		);
	});

	test("gives each document once for any borders of spans", async () => {
		await fc.assert(
			fc.asyncProperty(
				texts,
				fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
				async (texts, cuts) => {
					const { files } = write(texts);
					const storage = memoryStorage(files);
					const spans: PlacelessSpan[] = [];
					for (const { file, span } of await wholeFiles(
						storage,
						inputsOf(files, given),
					)) {
						const borders = cuts.map((cut) => Math.floor(cut * span.end));
						borders.push(0, span.end);
						borders.sort((a, b) => a - b);
						for (let i = 0; i + 1 < borders.length; i++) {
							const [start, end] = [borders[i], borders[i + 1]];
							if (start < end) spans.push({ file, span: { start, end } });
						}
					}
					const { documents } = await readAllOf(storage, spans);
					expect(documents.map(({ text }) => text)).toEqual(
						// What has neither bytes nor parts has no documents.
						spans.length === 0 ? [] : texts,
					);
				},
			),
			{ numRuns: runs },
		);
	});

	test("has a case here for each reason that it declares", () => {
		expect(Object.keys(bad).sort()).toEqual(Object.keys(format.reasons).sort());
		for (const reason of Object.keys(bad))
			expect(badRecordReasons()).toHaveProperty(reason);
	});

	// A quarter of a gigabyte each.
	const reasons = Object.entries(bad).filter(
		([reason]) => everything || name === "jsonl" || reason !== "too-long",
	);
	test.each(reasons)(
		"%s is given once, with its place",
		async (reason, make) => {
			const { bytes, texts, number, textField = null, beside } = make();
			const files = { [`f${format.extensions[0]}`]: bytes, ...beside };
			const storage = memoryStorage(files);
			const [file] = inputsOf(files, given);
			const division = await divisionOf(storage, file);
			const whole = [{ file, span: wholeSpan(division) }];
			const skipped = await readAllOf(storage, whole, { textField });
			expect(skipped.bad).toMatchObject([
				{ reason, number, source: file.source },
			]);
			expect(skipped.documents.map(({ text }) => text)).toEqual(texts);
			expect(skipped.counts).toMatchObject([
				{ records: texts.length + 1, skipped: { [reason]: 1 } },
			]);
			// Two spans, the second from about the middle.
			const spans = cutIntoTasks([division], bytes.length / 2)
				.flat()
				.map(({ input: _, ...span }) => ({ file, span }));
			const stopped = readAllOf(storage, spans, {
				textField,
				onBadRecord: null,
			});
			await expect(stopped).rejects.toMatchObject({
				code: reason,
				exitCode: 4,
			});
			await expect(stopped).rejects.toThrow(
				`${format.describePlace(file.path, number)}: `,
			);
		},
	);

	/** From day to day all compressions of one format, and one of the others. */
	const isTried = (how: string) =>
		everything || name === "jsonl" || how === compressions.names[0];
	const tried = compressions.entries().filter(([how]) => isTried(how));
	if (format.compressible)
		describe.each(tried)("compressed by %s", (how, of) => {
			const { compress, bad } = compressedCorpora[how];
			const compressed = (files: Record<string, Uint8Array>) =>
				Object.fromEntries(
					Object.entries(files).map(([name, bytes]) => [
						`${name}${extensionOf(how)}`,
						compress(bytes),
					]),
				);

			test("gives the same", async () => {
				await fc.assert(
					fc.asyncProperty(texts, readSize, async (texts, most) => {
						const { files } = write(texts);
						const packed = compressed(files);
						const plain = await read(files);
						const unpacked = await read(packed, most);
						expect(unpacked.documents.map(withoutNames)).toEqual(
							plain.documents.map(withoutNames),
						);
						expect(unpacked.counts.map(({ numbers }) => numbers)).toEqual(
							plain.counts.map(({ numbers }) => numbers),
						);
					}),
					{ numRuns: runs / 5 },
				);
			});

			test("each reason is given once, after what can be read", async () => {
				expect(Object.keys(bad).sort()).toEqual(Object.keys(of.reasons).sort());
				const long = Array.from({ length: 500 }, (_, i) => `${Math.sin(i)}`);
				const { files } = write(
					[long.join("\n"), ...long].map(asText ?? ((text) => text)),
				);
				const [[name, bytes]] = Object.entries(compressed(files));
				const whole = (await read(files)).documents.map(withoutNames);
				const damages = Object.entries(bad).flatMap(([reason, ways]) =>
					ways.map((damage) => [reason, damage] as const),
				);
				for (const [reason, damage] of damages)
					for (const most of [1000, Infinity]) {
						const damaged = { [name]: damage(bytes) };
						const result = await read(damaged, most);
						const { documents, bad: found, counts } = result;
						expect(found).toMatchObject([{ reason }]);
						expect(counts[0].records).toBe(documents.length + 1);
						expect(documents.map(withoutNames)).toEqual(
							whole.slice(0, documents.length),
						);
						expect(await read(damaged, most)).toEqual(result);
					}
			});
		});
});

async function read(
	files: Record<string, Uint8Array>,
	most?: number,
): Promise<ReadResult> {
	const storage = memoryStorage(files, most);
	return readAllOf(storage, await wholeFiles(storage, inputsOf(files)));
}

/** Ids and sources may be names, and those tell of the compression. */
function withoutNames({
	text,
	position,
	number,
}: ReadResult["documents"][number]) {
	return { text, position, number };
}

/** Documents with numbers from the beginning of the file. */
function placed(
	{ documents, counts }: ReadResult,
	spans: readonly PlacelessSpan[] | null,
) {
	const before: number[] = [];
	const reached = new Map<InputFile, number>();
	for (const [i, { file }] of (spans ?? []).entries()) {
		before.push(reached.get(file) ?? 0);
		reached.set(file, before[i] + counts[i].numbers);
	}
	return documents.map(({ span, number, ...rest }) => ({
		...rest,
		number: (before[span] ?? 0) + number,
	}));
}

function sumOf(counts: ReadCounts[], key: "records" | "numbers"): number {
	return counts.reduce((sum, count) => sum + count[key], 0);
}
