import { isUtf8 } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Random, randomBelow } from "../../src/core/random.js";
import { compressions } from "../../src/sources/compressions.js";
import { sourceFormats } from "../../src/sources/formats.js";
import { casesOf } from "../cases.js";
import { fixtures } from "../helpers.js";
import { compressedCorpora, corpora } from "../sources/corpora.js";
import { extensionOf } from "../sources/reading.js";
import { mutateBytes, mutateJson, mutateText, pick } from "./mutate.js";
import { Cases, type Outcome, tryCases } from "./outcome.js";

/** What a case reads: files by name, and which of them. */
interface Reading {
	files: Record<string, Uint8Array>;
	main: string;
	find: { format?: string; options?: Record<string, unknown> };
	take: { textField?: string };
	/** Bytes of a small read, and of a task. */
	most: number;
	taskSize: number;
}

interface Read {
	texts: string[];
	bad: { reason: string; sentence: string }[];
	format: string;
	compression: string | null;
	bytes: number;
}

type Seed = Omit<Reading, "most" | "taskSize">;

const cases = new Cases<Reading, Read>("read.mjs");
const TEXTS = [
	"one",
	"two é\n",
	"",
	"日本語 😀",
	"a,b;\"c\"\t'd'\r\n> e",
	"x".repeat(300),
];

describe.each(sourceFormats.names)("%s", (name) => {
	const count = casesOf({ daily: 20, share: 0.008 });
	const seeds = [...madeOf(name), ...filesOf(name)];

	test("files that are changed anywhere give their documents, or say what is wrong", async () => {
		await tryCases(`read ${name}`, count, async (random, tally) => {
			const seed = pick(seeds, random);
			const files = { ...seed.files };
			const changed = pick(Object.keys(files), random);
			files[changed] = mutated(changed, files[changed], seeds, random);
			const reading = { ...seed, files, ...sizes(random) };
			const outcome = await cases.run(reading);
			tally.add(name, outcome);
			if (outcome.kind !== "result") return faultOf(outcome);
			return differenceOf(outcome.result, files[seed.main]);
		});
	});
});

describe.each(compressions.names)("%s", (name) => {
	const count = casesOf({ daily: 15, share: 0.008 });
	const { compress } = compressedCorpora[name];
	const lines = TEXTS.map(
		(text, i) => `${JSON.stringify({ text: `${i} ${text}` })}\n`,
	);
	const members = lines.map((line) => Buffer.from(compress(Buffer.from(line))));
	const real = readdirSync(join(fixtures, "interop/compressed"))
		.filter((file) => file.endsWith(extensionOf(name)))
		.map((file) => readFileSync(join(fixtures, "interop/compressed", file)));
	const main = `a.jsonl${extensionOf(name)}`;

	const isOne = (text: string) =>
		lines.includes(`${JSON.stringify({ text })}\n`);

	test("of changed files every part that is whole is read, or it is said that what follows is not", async () => {
		await tryCases(`parts of ${name}`, count, async (random, tally) => {
			const file = mutateBytes(Buffer.concat(members), random, members);
			const outcome = await cases.run(readingOf(file, random));
			tally.add(`${name} parts`, outcome);
			if (outcome.kind !== "result") return faultOf(outcome);
			const { texts, bad } = outcome.result;
			// What is before a damage was given before it was noticed.
			if (bad.length > 0) return null;
			const foreign = texts.find((text) => !isOne(text));
			if (foreign !== undefined) return `a text that is none: ${foreign}`;
			const whole = occurrencesOf(members, file);
			return texts.length < whole
				? `${texts.length} documents of ${whole} parts that are whole, and no word of it`
				: null;
		});
	});

	test("files of other programs that are changed anywhere end well", async () => {
		expect(real.length).toBeGreaterThan(0);
		await tryCases(`files of ${name}`, count, async (random, tally) => {
			const file = mutateBytes(pick(real, random), random, real);
			const outcome = await cases.run(readingOf(file, random));
			tally.add(`${name} files`, outcome);
			return outcome.kind === "result" ? null : faultOf(outcome);
		});
	});

	const readingOf = (file: Buffer, random: Random): Reading => ({
		...{ files: { [main]: file }, main, find: {}, take: {} },
		...sizes(random),
	});
});

/** How often whole parts stand in a file, one after the other. */
function occurrencesOf(parts: readonly Buffer[], file: Buffer): number {
	let count = 0;
	for (let at = 0; at < file.length; ) {
		const found = parts.find((part) => file.subarray(at).indexOf(part) === 0);
		if (found !== undefined) count++;
		at += found?.length ?? 1;
	}
	return count;
}

function sizes(random: Random) {
	return {
		most: 1 + randomBelow(random, 700),
		taskSize: 1 + randomBelow(random, 2000),
	};
}

/** An error is an end as good as any, where it is for people. */
function faultOf(outcome: Outcome<unknown>): string | null {
	return outcome.kind === "fault" ? outcome.what : null;
}

/** Files that the tests over all formats have of one. */
function madeOf(name: string): Seed[] {
	const { write, asText, options } = corpora[name as keyof typeof corpora];
	const find = { format: name, ...(options && { options }) };
	const { files } = write(TEXTS.map(asText ?? ((text) => text)));
	const main = Object.keys(files)[0];
	// Where every file is a document, one does.
	const beside = sourceFormats.find(name).beside;
	const own = beside === undefined ? { [main]: files[main] } : files;
	return [
		{ files: own, main, find, take: {} },
		...(options ? [] : [{ files: own, main, find: {}, take: {} }]),
	];
}

/** Files of a format that other programs wrote. */
function filesOf(name: string): Seed[] {
	const folder = join(fixtures, "interop/sources");
	const { extensions } = sourceFormats.find(name);
	if (sourceFormats.find(name).content === "tokens") return [];
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((path) => extensions.some((ending) => path.endsWith(ending)))
		.filter((path) => !path.endsWith(".rows.json"))
		.map((path) => {
			const main = path.replaceAll(/[/\\]/g, "-");
			const files = { [main]: readFileSync(join(folder, path)) };
			return { files, main, find: { format: name }, take: {} };
		});
}

/** A file that is changed, in the ways of its kind. */
function mutated(
	path: string,
	bytes: Uint8Array,
	seeds: readonly Seed[],
	random: Random,
): Buffer {
	const file = Buffer.from(bytes);
	if (path.endsWith(".json") && randomBelow(random, 2) === 0)
		return mutateJson(file, random);
	if (isUtf8(file) && randomBelow(random, 2) === 0)
		return mutateText(file, random);
	const others = seeds.flatMap(({ files }) =>
		Object.values(files).map((each) => Buffer.from(each)),
	);
	return mutateBytes(file, random, others);
}

/** How texts differ from those that a simple reader of the format finds. */
function differenceOf(
	{ texts, bad, format, compression }: Read,
	file: Uint8Array,
): string | null {
	if (compression !== null || bad.length > 0 || !isUtf8(file)) return null;
	const text = Buffer.from(file)
		.toString()
		.replace(/^\ufeff/, "");
	const due = dueOf(format, text);
	return due === null || JSON.stringify(due) === JSON.stringify(texts)
		? null
		: `${JSON.stringify(texts)} and not ${JSON.stringify(due)}`.slice(0, 2000);
}

function dueOf(format: string, text: string): string[] | null {
	try {
		return simpleReaders[format]?.(text) ?? null;
	} catch {
		// Python's NaN, which a reader of JSON may take.
		return null;
	}
}

type WithText = { text: string };
const wellFormed = ({ text }: WithText) => text.toWellFormed();

/** The texts of a file without a fault. */
const simpleReaders: Record<string, (file: string) => string[]> = {
	text: (file) => [file],
	markdown: (file) => [file],
	jsonl: (file) =>
		file
			.split("\n")
			.filter((line) => !/^[ \t\r]*$/.test(line))
			.map((line) => wellFormed(JSON.parse(line))),
	json: (file) => JSON.parse(file).map(wellFormed),
};
