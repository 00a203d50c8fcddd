import {
	type FileMetaData,
	parquetMetadata,
	parquetSchema,
	type SchemaTree,
} from "hyparquet";
import { damageOf } from "../../core/errors.js";
import { checkMetadata } from "../../tables/parquet/check-metadata.js";
import { LONGEST_TEXT } from "../bytes/utf8.js";
import type { InputFile, ReadableStorage } from "../source.js";
import { faults } from "./faults.js";

/** Begins and ends a file. */
export const MAGIC = "PAR1";
/** Length of the metadata, and the magic word. */
const END_SIZE = 8;
/** What is read first: metadata is seldom longer. */
const FIRST_READ = 1 << 16;

/** What the end of a file says of all of it. */
export interface Footer {
	metadata: FileMetaData;
	schema: SchemaTree;
	/** The row of the file that each row group begins at; and the number of all rows. */
	starts: number[];
}

/** @throws BadInput `not-parquet` */
export async function readFooter(
	storage: ReadableStorage,
	{ path, size }: InputFile,
): Promise<Footer> {
	const file = await storage.open(path);
	let bytes: Buffer;
	try {
		if (size < END_SIZE) throw faults.notOne(`it has ${size} bytes`);
		const length = Math.min(size, FIRST_READ);
		bytes = await file.read(size - length, length);
		const end = bytes.toString("latin1", bytes.length - 4);
		if (end === "PARE") throw faults.notOne("it is encrypted");
		if (end !== MAGIC) throw faults.notOne(`it does not end with ${MAGIC}`);
		const needed = bytes.readUInt32LE(bytes.length - END_SIZE) + END_SIZE;
		if (needed > Math.min(size, LONGEST_TEXT))
			throw faults.notOne(`its metadata would have ${needed} bytes`);
		if (needed > length) bytes = await file.read(size - needed, needed);
	} finally {
		await file.close();
	}
	return parseFooter(bytes);
}

function parseFooter(bytes: Buffer): Footer {
	try {
		checkMetadata(bytes);
		const metadata = parquetMetadata(bytes, { geoparquet: false });
		const schema = parquetSchema(metadata);
		if (metadata.schema.some(({ name }) => typeof name !== "string"))
			throw new Error("a column has no name");
		const starts = [0];
		for (const { num_rows, total_byte_size, columns } of metadata.row_groups) {
			const end = starts[starts.length - 1] + Number(num_rows);
			const isSized =
				typeof total_byte_size === "bigint" && total_byte_size >= 0;
			if (num_rows < 0 || !Number.isSafeInteger(end) || !isSized)
				throw new Error("a row group has no proper size");
			if (!Array.isArray(columns))
				throw new Error("a row group has no columns");
			starts.push(end);
		}
		return { metadata, schema, starts };
	} catch (error) {
		throw faults.notOne(`its metadata is damaged (${damageOf(error)})`);
	}
}
