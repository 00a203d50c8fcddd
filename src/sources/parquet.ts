import type { SchemaTree } from "hyparquet";
import type { ReadableFile } from "../storage/storage.js";
import {
	badBatch,
	batchOfRows,
	TableRowsBuilder,
} from "./columns/table-batch.js";
import { codecOf } from "./parquet/codec-of.js";
import { ColumnReader, type RowReader } from "./parquet/column-reader.js";
import {
	describeType,
	findColumn,
	holdsTexts,
	isSingle,
	leavesOf,
} from "./parquet/columns.js";
import { faults } from "./parquet/faults.js";
import { type Footer, MAGIC, readFooter } from "./parquet/footer.js";
import { LeafPages } from "./parquet/leaf-pages.js";
import { NestedReader } from "./parquet/nested-reader.js";
import { openTable } from "./parquet/open-table.js";
import { Pages } from "./parquet/pages.js";
import type { FieldPath, WantedFields } from "./records/fields.js";
import {
	BadInput,
	type InputFile,
	type Place,
	type ReadableStorage,
	type RecordBatch,
	type SourceFormat,
} from "./source.js";

/**
 * Parquet: a row is a record. Only the wanted columns are read, a page at a time; texts
 * go over as the bytes that they are. In memory there are at once, of each wanted
 * column, a page as stored and decompressed, its dictionary, and one read of the
 * storage; and a batch of about a megabyte.
 */
export const parquet: SourceFormat = {
	title: "Parquet",
	extensions: [".parquet", ".pq"],
	signature: (head) => head.toString("latin1", 0, MAGIC.length) === MAGIC,
	compressible: false,
	ratio: 2,
	fields: { text: "text", id: "id", fixed: false },
	reasons: faults.reasons,
	describePlace: (path, row) => (row === 0 ? path : `${path}, row ${row}`),

	async divide(storage, file) {
		const { metadata } = await readFooter(storage, file);
		const sizes = metadata.row_groups.map(({ total_byte_size }) =>
			Number(total_byte_size),
		);
		return { parts: sizes };
	},

	openTable,

	async numbersBefore(storage, file, { start }) {
		const footer = await footerOrFault(storage, file);
		return footer instanceof BadInput ? 0 : footer.starts[start];
	},

	async *read(storage, file, span, wanted) {
		const whole = { position: 0, number: 0 };
		const begin = { position: 0, number: 1 };
		const footer = await footerOrFault(storage, file);
		if (footer instanceof BadInput) {
			yield badBatch(footer, wanted, whole, begin);
			return;
		}
		const unusable = findFault(footer, wanted);
		if (unusable !== null) {
			// Once for the file, however many spans it has.
			if (span.start === 0) yield badBatch(unusable, wanted, whole, begin);
			return;
		}
		const opened = await storage.open(file.path);
		const { starts } = footer;
		try {
			const open = { storage, file, opened, footer };
			const groups = Math.min(span.end, starts.length - 1);
			for (let group = span.start; group < groups; group++) {
				const number = 1 + starts[group] - starts[span.start];
				yield* readGroup(
					open,
					group,
					{ position: starts[group], number },
					wanted,
				);
			}
		} finally {
			await opened.close();
		}
	},
};

async function footerOrFault(
	storage: ReadableStorage,
	file: InputFile,
): Promise<Footer | BadInput> {
	try {
		return await readFooter(storage, file);
	} catch (error) {
		if (error instanceof BadInput) return error;
		throw error;
	}
}

function namesOf(schema: SchemaTree): string[] {
	return schema.children.map(({ element }) => element.name);
}

/** Why no row of the file can be used, if that is so. */
function findFault(
	{ schema }: Footer,
	{ text, values }: WantedFields,
): BadInput | null {
	const without = (field: FieldPath, type: string | null) =>
		faults.noTextColumn(field, type, namesOf(schema));
	if (text !== null) {
		const path = findColumn(schema, text);
		if (path === null) return without(text, null);
		return holdsTexts(path) ? null : without(text, describeType(path));
	}
	const isAny = values.some((field) => findColumn(schema, field) !== null);
	return isAny || values.length === 0 ? null : without(values[0], null);
}

interface OpenParquet {
	storage: ReadableStorage;
	file: InputFile;
	opened: ReadableFile;
	footer: Footer;
}

/** The rows of a row group, as far as they can be read, and then what is wrong. */
async function* readGroup(
	open: OpenParquet,
	group: number,
	first: Place,
	wanted: WantedFields,
): AsyncGenerator<RecordBatch> {
	const { schema, starts } = open.footer;
	const names = namesOf(schema);
	const rows = starts[group + 1] - starts[group];
	const builder = new TableRowsBuilder(wanted);
	let given = 0;
	const take = () => {
		const place = {
			position: first.position + given,
			number: first.number + given,
		};
		given += builder.rows;
		return batchOfRows(builder.take(), place, names);
	};
	try {
		const read = (field: FieldPath, raw: boolean) =>
			readerOf(open, group, field, raw);
		const text = wanted.text && (await read(wanted.text, true));
		const id = await read(wanted.id, true);
		const values = await Promise.all(
			wanted.values.map((field) => read(field, false)),
		);
		const readers = [text, id, ...values].filter((reader) => reader !== null);
		for (let row = 0; row < rows; ) {
			let ready = rows - row;
			for (const reader of readers) {
				if (reader.ready === 0) await reader.load();
				ready = Math.min(ready, reader.ready);
			}
			row += ready;
			for (; ready > 0; ready--) {
				builder.add(
					text?.next(),
					id?.next(),
					values.map((reader) => reader?.next()),
				);
				if (builder.isFull) yield take();
			}
		}
		if (builder.rows > 0) yield take();
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		if (builder.rows > 0) yield take();
		const place = {
			position: first.position + given,
			number: first.number + given,
		};
		const next = {
			position: first.position + rows,
			number: first.number + rows,
		};
		const lost = faults.lostRows(error, place.position + 1, next.position);
		yield badBatch(lost, wanted, place, next);
	}
}

/** A reader of a column; null where there is none. @throws BadInput */
async function readerOf(
	open: OpenParquet,
	group: number,
	field: FieldPath,
	raw: boolean,
): Promise<RowReader | null> {
	const { schema, starts } = open.footer;
	const rows = starts[group + 1] - starts[group];
	const path = findColumn(schema, field);
	if (path === null) return null;
	const pagesOf = (path: SchemaTree[]) => openPages(open, group, path, raw);
	if (isSingle(path)) return new ColumnReader(await pagesOf(path), rows);
	// Neither a text nor an id.
	if (raw) return null;
	const leaves = leavesOf([schema, path[1]]).map(async (path) => ({
		path,
		pages: await pagesOf(path),
	}));
	return new NestedReader(path[1], field, await Promise.all(leaves), rows);
}

/** Opens a column of a row group. @throws BadInput */
async function openPages(
	{ storage, file, opened, footer }: OpenParquet,
	group: number,
	path: SchemaTree[],
	raw: boolean,
): Promise<LeafPages> {
	const names = path.slice(1).map(({ element }) => element.name);
	const chunk = footer.metadata.row_groups[group].columns.find(
		({ meta_data }) =>
			meta_data?.path_in_schema?.length === names.length &&
			names.every((name, i) => name === meta_data.path_in_schema[i]),
	)?.meta_data;
	if (chunk === undefined)
		throw faults.corrupt("a column is missing or encrypted");
	const { dictionary_page_offset = 0n, data_page_offset } = chunk;
	const hasDictionary =
		dictionary_page_offset > 0n && dictionary_page_offset < data_page_offset;
	const start = Number(
		hasDictionary ? dictionary_page_offset : data_page_offset,
	);
	const end = start + Number(chunk.total_compressed_size);
	if (!(start >= 0 && end >= start && end <= file.size))
		throw faults.corrupt("a column is not within the file");
	const pages = new Pages(opened, storage.readSize, start, end);
	return new LeafPages(pages, await codecOf(chunk.codec), path, chunk, raw);
}
