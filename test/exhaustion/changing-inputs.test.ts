import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Random, randomBelow } from "../../src/core/random.js";
import { build } from "../../src/engines/build.js";
import { compressions } from "../../src/sources/compressions.js";
import { cutIntoTasks, divisionOf } from "../../src/sources/divide.js";
import { sourceFormats } from "../../src/sources/formats.js";
import type { InputFile, ReadableStorage } from "../../src/sources/source.js";
import { localFiles } from "../../src/storage/local.js";
import type { ReadableFile, Storage } from "../../src/storage/storage.js";
import { smallBuild, smallCorpus } from "../build/small-corpus.js";
import { casesOf, randomOf } from "../cases.js";
import { contentsOf, temporaryDirectory } from "../helpers.js";
import { compressedCorpora, corpora } from "../sources/corpora.js";
import { inputsOf, readAllOf } from "../sources/reading.js";
import { registered } from "../storage/registered.js";
import { changes } from "./changes.js";

/** Files on this machine that are read in small pieces; one changes before the n-th thing that is asked. */
function changing(
	at: number,
	change: () => void,
	of = (path: string) => path,
): Storage & { asked: () => number } {
	let asked = 0;
	const ask = () => {
		if (asked++ === at) change();
	};
	return {
		...localFiles,
		readSize: 1 << 14,
		asked: () => asked,
		async stat(path) {
			ask();
			return localFiles.stat(of(path));
		},
		async open(path): Promise<ReadableFile> {
			ask();
			const file = await localFiles.open(of(path));
			return {
				read: (position, length, into) => {
					ask();
					return file.read(position, length, into);
				},
				close: () => file.close(),
			};
		},
	};
}

const words = ["mountain ", "river ", "a lake, ", "the sea. ", "forest\n"];

/** Texts that are not read in one piece. */
function someTexts(random: Random): string[] {
	return Array.from({ length: 3 }, () => {
		let text = "";
		while (text.length < 70_000)
			text += words[randomBelow(random, words.length)];
		return text;
	});
}

interface OfFormat {
	files: Record<string, Uint8Array>;
	given: { format?: string; options?: Record<string, unknown> };
}

/** Files of every format, and of every compression. */
const kinds: Record<string, (random: Random) => OfFormat> = Object.fromEntries([
	...sourceFormats.names.map((name) => [
		name,
		(random: Random): OfFormat => {
			const { write, options, asText = (text: string) => text } = corpora[name];
			const given = options === undefined ? {} : { format: name, options };
			return { given, files: write(someTexts(random).map(asText)).files };
		},
	]),
	...compressions.entries().map(([name, { extension }]) => [
		name,
		(random: Random): OfFormat => {
			const { files } = corpora.jsonl.write(someTexts(random));
			const { compress } = compressedCorpora[name];
			const compressed = Object.entries(files).map(([path, bytes]) => [
				`${path}${extension}`,
				compress(Buffer.from(bytes)),
			]);
			return { given: {}, files: Object.fromEntries(compressed) };
		},
	]),
]);

/** Reads all of the files in a directory, cut into small tasks. */
async function readBelow(
	storage: ReadableStorage,
	inputs: readonly InputFile[],
) {
	const divisions = await Promise.all(
		inputs.map((file) => divisionOf(localFiles, file)),
	);
	const spans = cutIntoTasks(divisions, 50_000)
		.flat()
		.map(({ input, ...span }) => ({ file: inputs[input], span }));
	return readAllOf(storage, spans, { onBadRecord: null });
}

/** Writes files, of long ago, and gives them as they were found. */
async function inputsBelow(
	directory: string,
	{ files, given }: OfFormat,
): Promise<InputFile[]> {
	for (const [name, bytes] of Object.entries(files)) {
		const path = join(directory, name);
		mkdirSync(join(path, ".."), { recursive: true });
		writeFileSync(path, bytes);
		utimesSync(path, 1e9, 1e9);
	}
	const versionOf = async (path: string) =>
		(await localFiles.stat(path))?.version ?? "";
	return Promise.all(
		inputsOf(files, given).map(async (input) => ({
			...input,
			path: join(directory, input.path),
			version: await versionOf(join(directory, input.path)),
			...(input.beside && {
				beside: await Promise.all(
					input.beside.map(async (other) => ({
						...other,
						path: join(directory, other.path),
						version: await versionOf(join(directory, other.path)),
					})),
				),
			}),
		})),
	);
}

describe.each(Object.entries(kinds))(
	"%s that changes while it is read",
	(name, make) => {
		test("is refused as changed, and never read as something else", async () => {
			const names = Object.keys(changes);
			let refused = 0;
			const count = casesOf({ daily: 1, share: 0.04 });
			for (let number = 0; number < count; number++) {
				const random = randomOf(`changing ${name}`, number);
				const directory = temporaryDirectory();
				const made = make(random);
				const inputs = await inputsBelow(directory, made);
				const counting = changing(-1, () => {});
				const whole = await readBelow(counting, inputs);
				const change = names[(number + randomBelow(random, 2)) % names.length];
				const paths = Object.keys(made.files);
				const path = join(directory, paths[randomBelow(random, paths.length)]);
				const at = randomBelow(random, counting.asked());
				const storage = changing(at, () => changes[change](path, random));
				const what = `case ${number}: ${path} ${change} at ${at}`;
				try {
					const found = await readBelow(storage, inputs);
					expect(found.documents, what).toEqual(whole.documents);
				} catch (error) {
					const { exitCode, message } = error as Error & { exitCode: number };
					expect(message, what).toMatch(
						/changed while it was being read.*Begin again once it no longer changes/,
					);
					expect(exitCode, what).toBe(1);
					refused++;
				}
			}
			// Where a document is a file, others have been read or not begun.
			if (count >= 7) expect(refused).toBeGreaterThan(count / 4);
		});
	},
);

test("a build whose input changes ends with one sentence, and the next one is that of the new content", async () => {
	const directory = temporaryDirectory();
	const corpus = smallCorpus(8, directory);
	utimesSync(corpus, 1e9, 1e9);
	const of = (path: string) => path.replace(/^changing:/, "");
	let reads = 0;
	const storage = changing(-1, () => {}, of);
	registered("changing", {
		...storage,
		absolute: (path) => path,
		find: async (path, options) =>
			(await localFiles.find(of(path), options)).map((file) => ({
				...file,
				path: `changing:${file.path}`,
			})),
		async open(path) {
			const file = await storage.open(path);
			return {
				...file,
				read: (...args) => {
					if (++reads === 12)
						changes["is cut where a line ends"](corpus, () => 0);
					return file.read(...args);
				},
			};
		},
	});
	const out = join(directory, "out");
	const options = smallBuild(`changing:${corpus}`, out);
	await expect(build(options)).rejects.toMatchObject({
		code: "input-changed",
		exitCode: 1,
		message: expect.stringMatching(
			/corpus\.jsonl changed while it was being read: it had \d+ bytes and has \d+\./,
		),
	});
	// What was made of the old content is not given up without a word.
	await expect(build(options)).rejects.toMatchObject({ code: "output-in-use" });
	await build({ ...options, overwrite: true });
	const fresh = join(directory, "fresh");
	await build({ ...options, out: fresh });
	expect(contentsOf(out)).toEqual(contentsOf(fresh));
});
