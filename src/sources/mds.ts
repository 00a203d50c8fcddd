import { ByteCursor } from "./bytes/byte-cursor.js";
import { noTextColumn } from "./mds/columns.js";
import {
	corruptMds,
	type MdsHead,
	mdsReasons,
	readMdsHead,
	truncatedMds,
} from "./mds/head.js";
import { MdsSampleReader } from "./mds/samples.js";
import { fieldBytesReasons } from "./records/field-bytes.js";
import type { WantedFields } from "./records/fields.js";
import { RecordBatchBuilder } from "./records/record-batch.js";
import {
	BadInput,
	type InputFile,
	type ReadableStorage,
	type RecordBatch,
	type SourceFormat,
	type Span,
} from "./source.js";

/** About how many bytes a part of a shard has. */
const PART_BYTES = 1 << 23;
/** A batch ends once it holds so many bytes or so many values. */
const BATCH_BYTES = 1 << 20;
const BATCH_VALUES = 1 << 16;

/** A shard of MosaicML's StreamingDataset, version 2. Its parts are runs of samples of equal number. */
export const mds: SourceFormat = {
	title: "MosaicML MDS",
	extensions: [".mds"],
	companions: ["index.json"],
	compressible: true,
	fields: { text: "text", id: "id", fixed: false },
	reasons: { ...mdsReasons, ...fieldBytesReasons },
	describePlace: (path, sample) => `${path}, sample ${sample}`,

	async divide(storage, file) {
		const parts = partsOf(file, await countSamples(storage, file));
		return { parts: Array.from({ length: parts }, () => file.size / parts) };
	},

	async numbersBefore(storage, file, span) {
		// The only span of a compressed shard begins with it.
		if (span.start === 0) return 0;
		return samplesOf(file, await countSamples(storage, file), span).from;
	},

	async *read(storage, file, span, wanted) {
		const cursor = new ByteCursor(storage, file);
		try {
			let head: MdsHead;
			try {
				head = await readMdsHead(cursor);
				const noText =
					wanted.text && noTextColumn(head.columns, wanted.text, head.samples);
				if (noText !== null) throw noText;
			} catch (error) {
				// What is wrong with all of the shard is told by its first span.
				if (!(error instanceof BadInput)) throw error;
				if (span.start > 0) return;
				throw await cursor.causeOf(error);
			}
			const { from, to } = samplesOf(file, head.samples, span);
			yield* readSamples(cursor, head, from, to, wanted);
		} finally {
			await cursor.close();
		}
	},
};

/** The samples from number `from` to before `to`, counted from 0. */
async function* readSamples(
	cursor: ByteCursor,
	{ samples, columns, offsetOf }: MdsHead,
	from: number,
	to: number,
	wanted: WantedFields,
): AsyncGenerator<RecordBatch> {
	const reader = new MdsSampleReader(cursor, columns, wanted);
	const batch = new RecordBatchBuilder(wanted);
	const last = offsetOf(samples);
	const size = cursor.position + cursor.left;
	let next = { position: cursor.position, number: 1 };
	let bytes = 0;
	let values = 0;
	try {
		for (let i = from; i < to; i++) {
			const start = offsetOf(i);
			const end = offsetOf(i + 1);
			next = { position: start, number: i - from + 1 };
			if (last > size && end > size) {
				// Told by the span in which the cut is.
				if (start > size) break;
				throw truncatedMds(
					`its samples go on to byte ${last}, and it has ${size}`,
				);
			}
			const sample =
				start < cursor.position || end < start || end > last
					? corruptMds(
							`the shard says that the sample has the bytes from ${start} to ${end}`,
						)
					: await reader.read(start, end);
			if (sample instanceof BadInput) {
				const cause = await cursor.causeOf(sample);
				if (cause !== sample) throw cause;
				batch.addBad(sample, next);
			} else {
				const { record, text, id } = sample;
				batch.add(record, next, { text, id });
				bytes += sample.bytes;
			}
			values += columns.length;
			next = { position: end, number: next.number + 1 };
			if (bytes >= BATCH_BYTES || values >= BATCH_VALUES) {
				yield batch.take(next);
				bytes = 0;
				values = 0;
			}
		}
		if (to === samples && last <= size) {
			// To the end also to see that what is compressed is whole.
			const rest = Math.max(0, last - cursor.position);
			if ((await cursor.skip(rest)) < rest)
				throw truncatedMds("it ends before its last sample");
			if (await cursor.fill(1))
				throw corruptMds(
					`the file goes on after the shard's last sample, at byte ${cursor.position}`,
				);
		}
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		yield batch.take(next);
		throw await cursor.causeOf(error);
	}
	yield batch.take(next);
}

function partsOf({ size }: InputFile, samples: number): number {
	return Math.max(1, Math.min(samples, Math.ceil(size / PART_BYTES)));
}

/** Which samples are in a span of parts, counted from 0; `to` is not among them. */
function samplesOf(
	file: InputFile,
	samples: number,
	{ start, end }: Span,
): { from: number; to: number } {
	const parts = partsOf(file, samples);
	const before = (part: number) =>
		Math.floor((samples * Math.min(part, parts)) / parts);
	return { from: before(start), to: before(end) };
}

async function countSamples(
	storage: ReadableStorage,
	{ path }: InputFile,
): Promise<number> {
	const file = await storage.open(path);
	try {
		const bytes = await file.read(0, 4);
		return bytes.length < 4 ? 0 : bytes.readUInt32LE();
	} finally {
		await file.close();
	}
}
