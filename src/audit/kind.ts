import { divisionOf, wholeSpan } from "../sources/divide.js";
import { isReadWhole, sourceFormats } from "../sources/formats.js";
import type { WantedFields } from "../sources/records/fields.js";
import {
	BadInput,
	type InputFile,
	type ReadableStorage,
	type RecordBatch,
} from "../sources/source.js";
import type { AuditRow } from "./row.js";
import { withoutAdvice } from "./without-advice.js";

/** A file of a dataset that is audited. */
export interface AuditedFile {
	storage: ReadableStorage;
	file: InputFile;
	/** Its number among the files. */
	shard: number;
	/** The id that ends documents; null: not known. */
	eos: number | null;
	/** Told of what cannot be read, as a place and what is wrong there. */
	onUnusable(place: string, sentence: string): void;
}

/** Datasets of one tool. A new one is a file in `kinds/` and a line in `kinds.ts`. */
export interface AuditKind {
	/** What datasets of the kind are. */
	meaning: string;
	/** What its rows are read from: columns or files. */
	readFrom: readonly string[];
	/** Names of the input formats that its files may have. */
	formats: readonly string[];
	/** Whether its trainer finds documents by EOS, whatever the files say. */
	guessesBorders: boolean;
	/** Whether a file's rows go to one rank as they are, so that files should have equally many. */
	dealsFiles: boolean;
	/** The rows of a file, in order. */
	rows(file: AuditedFile): AsyncGenerator<AuditRow>;
	/**
	 * Looks at what stands beside the files.
	 * @param rows How many rows each file had.
	 */
	lookBeside?(
		files: readonly AuditedFile[],
		rows: readonly number[],
	): Promise<void>;
}

/** The records of a file; what cannot be read is told, and passed over. */
export async function* recordsOf(
	{ storage, file, onUnusable }: AuditedFile,
	wanted: WantedFields,
): AsyncGenerator<RecordBatch> {
	const format = sourceFormats.find(file.format);
	const span = isReadWhole(file)
		? { start: 0, end: Number.POSITIVE_INFINITY }
		: wholeSpan(await divisionOf(storage, file));
	let next = 1;
	const tell = (number: number, sentence: string) =>
		onUnusable(
			format.describePlace(file.path, number),
			withoutAdvice(sentence),
		);
	try {
		for await (const batch of format.read(storage, file, span, wanted)) {
			for (const { number, sentence } of batch.bad) tell(number, sentence);
			next = batch.next.number;
			yield batch;
		}
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		tell(next, error.message);
	}
}
