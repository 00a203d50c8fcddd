import { readingOf } from "../../build/tasks/reading.js";
import { SeqpackError } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import type { ManifestInput } from "../../dataset/manifest.js";
import type { Settings } from "../../dataset/settings.js";
import { TRAIN } from "../../dataset/splits.js";
import { sayTrained, sidesOf } from "../../documents/mark-tokens.js";
import type { ComposedPart } from "../../recipes/composed.js";
import type { FoundInput } from "../../sources/find/candidate.js";
import { findInputs } from "../../sources/find/find-inputs.js";
import {
	fingerprintOf,
	kindOfFingerprint,
} from "../../sources/find/fingerprint.js";
import { sourceFormats } from "../../sources/formats.js";
import { storageAt } from "../../storage/storages.js";
import type { FoundDocument } from "./find-documents.js";
import {
	type FoundPlace,
	findRecord,
	type NotFound,
	noRecordAt,
	placeOf,
	spanAt,
} from "./find-record.js";
import type { DatasetEncoders } from "./open-encoders.js";
import type { OpenedRow } from "./open-row.js";
import type { TextSide } from "./place-tokens.js";

/** A record, found in the files of the build. */
export interface FoundRecord extends FoundPlace {
	/** The documents that it is, in their order; empty where what is given does not make any. */
	documents: { text: Uint8Array; sides: TextSide[] }[];
}

/** Finds the records of documents in the files that a dataset was built of. */
export class RecordTexts {
	readonly #manifest: OpenedRow["manifest"];
	readonly #inputs: readonly string[];
	readonly #encoders: DatasetEncoders | null;
	/** The files of each way of finding them, by what decides it. */
	readonly #files = new Map<string, Promise<FoundInput[]>>();

	/** @param inputs Where the files are; none: nothing is found. */
	constructor(
		manifest: OpenedRow["manifest"],
		inputs: readonly string[],
		encoders: DatasetEncoders | null,
	) {
		this.#manifest = manifest;
		this.#inputs = inputs;
		this.#encoders = encoders;
	}

	/** The record of a document. */
	async of(document: FoundDocument): Promise<FoundRecord | NotFound> {
		const { settings, inputs } = this.#manifest;
		const { source, sourceName } = document;
		const of = placeOfSource(settings, sourceName);
		if (settings.sources[of].composed !== undefined)
			return { why: "a recipe composed it: its text is in no file" };
		if (this.#inputs.length === 0)
			return {
				why: "lines are not known: the inputs of the build were not given (source)",
			};
		const known = inputs.find(
			(input) =>
				input.source === source &&
				(input.of === undefined || input.of === sourceName),
		);
		const alike = await this.#filesLike(of, source);
		if (alike.length === 0 || known === undefined)
			return { why: `${source} is not among the given inputs` };
		for (const file of alike)
			if (await isSame(file, known)) return this.#read(file, of, document);
		return {
			why: `${alike[0].path} has changed since the dataset was built: it is not ${source} any more`,
		};
	}

	/**
	 * The record that a part of a composed document is made of; null: no inputs are given. If the ids of their records are equal,
	 * a file of its name is taken for the one that was composed.
	 */
	async ofPart(
		{ source, position, id }: Pick<ComposedPart, "source" | "position" | "id">,
		sourceName: string | null,
	): Promise<FoundPlace | NotFound | null> {
		if (this.#inputs.length === 0) return null;
		const of = placeOfSource(this.#manifest.settings, sourceName);
		const alike = await this.#filesLike(of, source);
		if (alike.length !== 1)
			return {
				why:
					alike.length === 0
						? `${source} is not among the given inputs`
						: `${alike.length} of the given inputs may be ${source}`,
			};
		const found = await findRecord(alike[0], { source, position });
		if ("why" in found || id === undefined || found.id === null) return found;
		return found.id === id
			? found
			: {
					why: `${found.place} has the id ${quoted(found.id)}, but the part has ${quoted(id)}: its line is not known`,
				};
	}

	/** Files that may be one of the build's, by their names. */
	async #filesLike(of: number, name: string): Promise<FoundInput[]> {
		const { inputFormat } = this.#manifest.settings.sources[of];
		const isLike = (file: FoundInput) => areAlike(file.source, name);
		const alone = (await this.#filesOf(of, false)).filter(isLike);
		const mayBeGrouped =
			sourceFormats.has(inputFormat) &&
			sourceFormats.find(inputFormat).findOptions !== undefined;
		if (alone.length > 0 || !mayBeGrouped) return alone;
		// Whether a build has grouped them its settings do not say.
		return (await this.#filesOf(of, true)).filter(isLike);
	}

	#filesOf(of: number, groupByDirectory: boolean): Promise<FoundInput[]> {
		const key = `${of} ${groupByDirectory}`;
		const known = this.#files.get(key);
		if (known !== undefined) return known;
		const { inputFormat, inputOptions } = this.#manifest.settings.sources[of];
		const found = findInputs(this.#inputs, {
			...{ format: inputFormat, options: inputOptions, groupByDirectory },
			...{ onError: "skip", mayBeUnused: true },
		}).then(({ files }) => files);
		this.#files.set(key, found);
		return found;
	}

	async #read(
		file: FoundInput,
		of: number,
		{ source, position }: Pick<FoundDocument, "source" | "position">,
	): Promise<FoundRecord | NotFound> {
		const { settings, tokenizer } = this.#manifest;
		const storage = storageAt(file.path);
		const span = await spanAt(storage, file, position);
		const { size, version, ...rest } = file;
		const reading = readingOf(
			{
				plan: {
					inputs: [
						{
							...rest,
							...{ of: 0, split: TRAIN, bytes: size, version: version ?? "" },
							fingerprint: "",
						},
					],
					settings: {
						...settings,
						sources: [{ ...settings.sources[of], sample: null }],
					},
					onError: "skip",
					chat: this.#encoders?.chat ?? null,
					tokenizer,
				},
				storageOf: () => storage,
				tokenizer: () => {
					if (this.#encoders === null) throw new NoTokenizer();
					return this.#encoders.tokenizer;
				},
			},
			{ spans: [{ input: 0, ...span }], source: 0 },
			{ hashes: false, onBadRecord: () => {} },
		);
		try {
			for await (const batch of reading) {
				const { positions, texts, marks, numbers } = batch;
				const own = [...positions.keys()].filter(
					(i) => positions[i] === position,
				);
				if (own.length === 0) continue;
				return {
					...(await placeOf(storage, file, span, numbers[own[0]])),
					documents: own.map((i) => {
						const [start, end] = texts.offsets.subarray(i, i + 2);
						return {
							text: texts.bytes.slice(start, end),
							sides: sayTrained(marks)
								? sidesOf(marks, texts.offsets, i).map((side) => ({
										start: side.start - start,
										end: side.end - start,
										said: side.said ?? undefined,
									}))
								: [{ start: 0, end: end - start }],
						};
					}),
				};
			}
		} catch (error) {
			if (error instanceof NoTokenizer)
				return {
					why: "its records cannot be read: the tokenizer was not given (tokenizer)",
				};
			if (!(error instanceof SeqpackError)) throw error;
			return { why: error.message.replace(/\.$/, "") };
		}
		return { why: noRecordAt(file.path, source, position) };
	}
}

/** Thrown where records cannot be read without a tokenizer. */
class NoTokenizer extends Error {}

function placeOfSource({ sources }: Settings, name: string | null): number {
	return Math.max(
		0,
		sources.findIndex((source) => source.name === name),
	);
}

/** Whether two names may be of one file: inputs may be given by a directory further up or down. */
function areAlike(a: string, b: string): boolean {
	return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
}

async function isSame(
	file: FoundInput,
	{ bytes, fingerprint }: ManifestInput,
): Promise<boolean> {
	if (file.size !== bytes) return false;
	return (
		(await fingerprintOf(file, kindOfFingerprint(fingerprint))) === fingerprint
	);
}
