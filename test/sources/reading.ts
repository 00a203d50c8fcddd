import { textAt } from "../../src/core/text-batch.js";
import { documentTaker } from "../../src/documents/take-documents.js";
import {
	type TakeSettings,
	takeSettings,
} from "../../src/documents/take-settings.js";
import { compressions } from "../../src/sources/compressions.js";
import { divisionOf, wholeSpan } from "../../src/sources/divide.js";
import { formatOfName, sourceFormats } from "../../src/sources/formats.js";
import {
	type FileSpan,
	type ReadCounts,
	readSpans,
	type SkippedRecord,
} from "../../src/sources/read-records.js";
import type { InputFile, ReadableStorage } from "../../src/sources/source.js";
import { pathBeside } from "../../src/sources/tokens/beside.js";

/** A part of a file, wherever that is. */
export type PlacelessSpan = Omit<FileSpan, "storage">;

export interface ReadResult {
	documents: {
		text: string;
		id: string | null;
		source: string;
		position: number;
		/** From 1 at the beginning of its span. */
		number: number;
		/** The number of its span. */
		span: number;
	}[];
	bad: (SkippedRecord & { span: number })[];
	counts: ReadCounts[];
}

export interface ReadingOptions extends Partial<TakeSettings> {
	/** Null: a bad record stops. */
	onBadRecord?: null;
}

/** What makes documents with these settings, and otherwise as with no options. */
export function takerOf(settings: Partial<TakeSettings> = {}) {
	return documentTaker({ ...takeSettings({}), ...settings });
}

/** Reads spans to the end; bad records are passed over, unless the options say otherwise. */
export async function readAllOf(
	storage: ReadableStorage,
	spans: readonly PlacelessSpan[],
	{ onBadRecord, ...take }: ReadingOptions = {},
): Promise<ReadResult> {
	const result: ReadResult = { documents: [], bad: [], counts: [] };
	// One span at a time, to know the span of a document.
	for (const [span, fileSpan] of spans.entries()) {
		const batches = readSpans([{ storage, ...fileSpan }], {
			taker: takerOf(take),
			onBadRecord:
				onBadRecord === null
					? null
					: (bad) => {
							result.bad.push({ ...bad, span });
						},
		});
		let next = await batches.next();
		for (; !next.done; next = await batches.next()) {
			const { texts, ids, positions, numbers, source } = next.value;
			positions.forEach((_, i) => {
				const text = textAt(texts, i);
				const place = { position: positions[i], number: numbers[i] };
				result.documents.push({ text, id: ids[i], source, ...place, span });
			});
		}
		result.counts.push(...next.value);
	}
	return result;
}

/**
 * Files as inputs, by their names' endings; others are of the one format that takes any.
 * @param given The format that the endings tell, where several have one.
 */
export function inputsOf(
	files: Record<string, Uint8Array>,
	given: { format?: string; options?: Record<string, unknown> } = {},
): InputFile[] {
	const beside = new Set<string>();
	const inputs = Object.entries(files).map(([name, { length }]) => {
		const told = formatOfName(name) ?? { format: "tree", compression: null };
		const extensions = sourceFormats.find(given.format ?? "text").extensions;
		const isGiven = extensions.some((ending) => name.endsWith(ending));
		const kind = isGiven ? { ...told, ...given } : told;
		const input: InputFile = {
			...{ path: name, source: name, size: length },
			...{ version: null, frames: null },
			...kind,
		};
		const others = (sourceFormats.find(kind.format).beside ?? [])
			.map((each) => pathBeside(name, each))
			.filter((path) => path in files);
		for (const path of others) beside.add(path);
		return others.length === 0
			? input
			: {
					...input,
					beside: others.map((path) => ({
						path,
						size: files[path].length,
						version: "0",
					})),
				};
	});
	return inputs.filter(({ path }) => !beside.has(path));
}

export async function wholeFiles(
	storage: ReadableStorage,
	files: readonly InputFile[],
): Promise<PlacelessSpan[]> {
	const divisions = await Promise.all(
		files.map((file) => divisionOf(storage, file)),
	);
	return files.map((file, i) => ({ file, span: wholeSpan(divisions[i]) }));
}

export function extensionOf(compression: string): string {
	return compressions.find(compression).extension;
}
