import {
	ArrowStreamEncoder,
	RecordStreamEncoder,
	readArrowBatch,
	readArrowStream,
} from "./arrow-stream.js";
import type { TableFormat } from "./table.js";

/**
 * Arrow IPC streams, as `datasets` maps them into memory (the stream format,
 * not the file format, and without compression of the bodies).
 */
export const arrow: TableFormat = {
	meaning:
		"Arrow IPC streams: rows can be read at random, and mapped into memory without a copy",
	extension: ".arrow",
	compressions: ["none"],
	randomAccess: true,

	write(sink, schema, { metadata }) {
		const encoder = new ArrowStreamEncoder(schema, metadata);
		return {
			async write(batch) {
				for (const part of encoder.encode(batch)) await sink.write(part);
			},
			async close() {
				for (const part of encoder.end()) await sink.write(part);
			},
		};
	},

	holds: () => true,
	writeRecords(sink, schema) {
		const encoder = new RecordStreamEncoder(schema);
		return {
			async write(batch) {
				for (const part of encoder.encode(batch)) await sink.write(part);
			},
			async close() {
				for (const part of encoder.end()) await sink.write(part);
			},
		};
	},

	read: (file, size, schema) => readArrowStream(file, size, schema),

	readBatch: (file, size, schema, number) =>
		readArrowBatch(file, size, schema, number),
};
