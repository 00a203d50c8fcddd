import type { IntColumns } from "../../core/int-columns.js";
import type { TextBatch, TextMarks } from "../../core/text-batch.js";
import type { BadRecord, RecordBatch, SourceFormat } from "../source.js";
import type { WantedFields } from "./fields.js";

/** Makes documents of records. */
export interface RecordTaker {
	/** What it wants of the records of a format. */
	wanted(format: SourceFormat): WantedFields;
	/** The documents of a batch of records of a format. @param source What the output calls their file. */
	take(batch: RecordBatch, format: SourceFormat, source: string): TakenRecords;
}

/** What became of a batch of records; columns of equal length. */
export interface TakenRecords {
	texts: TextBatch;
	/** As `Documents` has them. */
	marks: TextMarks | null;
	ids: (string | null)[];
	/** Of each text, 32 bytes of `hashOfText`; null where none is wanted. */
	hashes: Uint8Array | null;
	/** As `Documents` has them. */
	measured?: Int32Array;
	facts?: IntColumns;
	noted?: IntColumns;
	positions: number[];
	numbers: number[];
	/** As `Documents` has it. */
	carried?: readonly unknown[];
	/** Records that cannot be used, in order. */
	refused: BadRecord[];
	/** How many more documents than records there are, where records are several. */
	moreDocuments: number;
	/** Records that are not wanted, by reason. */
	leftOut: Record<string, number>;
}
