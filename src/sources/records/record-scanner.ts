import { readBytes } from "../bytes/bytes.js";
import { type PlacedBytes, placedBytes } from "../bytes/placed-bytes.js";
import type {
	InputFile,
	Place,
	ReadableStorage,
	RecordBatch,
} from "../source.js";
import type { WantedFields } from "./fields.js";
import { RecordBatchBuilder } from "./record-batch.js";

/** Bytes of a file from which a batch is made. */
const BATCH_SIZE = 1 << 20;

/** Finds the records of a file whose pieces may end anywhere. */
export interface RecordScanner {
	/**
	 * Adds the records that end in the next piece to a batch, and gives the place after
	 * each; before what may make the file unreadable, the place of that.
	 * @throws BadInput where the rest of the file cannot be read
	 */
	scan(piece: PlacedBytes, batch: RecordBatchBuilder): Generator<Place>;
	/** The same at the end of the file; the last place is the end. */
	finish(batch: RecordBatchBuilder): Generator<Place>;
}

/**
 * The records of a file from its beginning to its end.
 * @throws BadInput where the rest cannot be read; the records before were given
 */
export async function* readByScanner(
	storage: ReadableStorage,
	file: InputFile,
	wanted: WantedFields,
	scanner: RecordScanner,
): AsyncGenerator<RecordBatch> {
	const batch = new RecordBatchBuilder(wanted);
	let next: Place = { position: 0, number: 1 };
	let begun = 0;
	try {
		for await (const piece of placedBytes(readBytes(storage, file)))
			for (next of scanner.scan(piece, batch))
				if (next.position - begun >= BATCH_SIZE) {
					begun = next.position;
					yield batch.take(next);
				}
		for (next of scanner.finish(batch));
	} catch (error) {
		yield batch.take(next);
		throw error;
	}
	yield batch.take(next);
}
