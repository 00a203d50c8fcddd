import { type DataType, type Field, type Schema, Type } from "apache-arrow";
import { DataError, optionName, UsageError } from "../core/errors.js";
import { quoted, shortened } from "../core/text.js";
import type { PackRecordsValues } from "../options/pack-records.js";
import type { FoundInput } from "../sources/find/candidate.js";
import { findInputs, noticesOf } from "../sources/find/find-inputs.js";
import { fingerprintBySample } from "../sources/find/fingerprint.js";
import { sourceFormats } from "../sources/formats.js";
import {
	type FieldPath,
	fieldName,
	parseFieldPath,
} from "../sources/records/fields.js";
import type { OpenTable, ReadableStorage } from "../sources/source.js";
import { storageAt } from "../storage/storages.js";
import { canCopy } from "../tables/copy-runs.js";
import { findType } from "../tables/find-type.js";
import { tableFormats } from "../tables/tables.js";
import { reading, unreadable } from "./faults.js";
import { NO_COLUMN } from "./read-lengths.js";
import { rowFields } from "./row-schema.js";

/** The files of records, and what is wanted of them. */
export interface RecordFiles {
	files: (FoundInput & { fingerprint: string })[];
	lengthColumn: FieldPath;
	costColumn: FieldPath | null;
	/** The columns of all files, where they go into the rows; null where they do not. */
	schema: Schema | null;
}

/**
 * Finds the files, and checks that their columns are what they must be. No record is
 * read.
 * @throws UsageError, DataError
 */
export async function findRecordFiles(
	values: PackRecordsValues,
	out: string,
): Promise<RecordFiles> {
	const { lengthColumn, costColumn, passThrough } = values;
	const wanted = {
		lengthColumn: parseFieldPath(lengthColumn, "lengthColumn"),
		costColumn:
			costColumn === undefined
				? null
				: parseFieldPath(costColumn, "costColumn"),
	};
	const found = await findTables(values, out);
	const files: RecordFiles["files"] = [];
	let schema: Schema | null = null;
	for (const file of found) {
		if (passThrough) {
			const table = await openTableOf(file);
			await table.close();
			const { fields } = table.schema;
			requireColumns(file.path, namesOf(fields), wanted);
			if (schema === null) {
				requireRoom(file.path, fields, values);
				schema = table.schema;
			} else requireSame(file.path, fields, files[0].path, schema.fields);
		} else {
			const names = await columnNames(file);
			if (names !== null) requireColumns(file.path, names, wanted);
		}
		files.push({ ...file, fingerprint: await fingerprintBySample(file) });
	}
	return { files, ...wanted, schema };
}

/** Opens a file with all its columns. @throws DataError */
export function openTableOf(
	file: FoundInput,
	storage: ReadableStorage = storageAt(file.path),
): Promise<OpenTable> {
	const { openTable } = sourceFormats.find(file.format);
	if (openTable === undefined) throw new Error(`${file.path} is no table`);
	return reading(file.path, () => openTable(storage, file));
}

async function findTables(
	{ inputs, onNotice = () => {} }: PackRecordsValues,
	out: string,
): Promise<FoundInput[]> {
	const tables: readonly string[] = sourceFormats.where(
		({ openTable }) => openTable !== undefined,
	);
	const found = await findInputs(inputs, { output: out });
	const others = found.files.filter(({ format }) => !tables.includes(format));
	const named = others.find(({ path }) => inputs.includes(path));
	if (named !== undefined || others.length === found.files.length)
		throw new UsageError(
			"not-a-table",
			`${(named ?? others[0]).path} is of the format ${(named ?? others[0]).format}: records are packed from files of the formats ${tables.join(", ")}. Write it as one of these.`,
		);
	const files = found.files.filter((file) => !others.includes(file));
	for (const notice of noticesOf({ ...found, files })) onNotice(notice, "warn");
	if (others.length > 0)
		onNotice(
			`left out ${others.length} ${others.length === 1 ? "file" : "files"} of other formats, such as ${others[0].path}`,
			"warn",
		);
	return files;
}

/** The names of a file's columns; null where it has no record. @throws DataError */
async function columnNames(file: FoundInput): Promise<string[] | null> {
	const { read, describePlace } = sourceFormats.find(file.format);
	const all = { start: 0, end: Infinity };
	const nothing = { text: null, id: NO_COLUMN, values: [] };
	const batches = read(storageAt(file.path), file, all, nothing);
	try {
		for (;;) {
			const next = await reading(file.path, () => batches.next());
			if (next.done) return null;
			for (const { number, reason, sentence } of next.value.bad)
				throw unreadable(describePlace(file.path, number), reason, sentence);
			if (next.value.positions.length > 0) return next.value.fieldNames(0);
		}
	} finally {
		await batches.return(undefined);
	}
}

/** @throws DataError `no-such-column` */
function requireColumns(
	path: string,
	names: readonly string[],
	{
		lengthColumn,
		costColumn,
	}: Pick<RecordFiles, "lengthColumn" | "costColumn">,
): void {
	for (const [option, column] of Object.entries({ lengthColumn, costColumn }))
		if (column !== null && !names.includes(column[0]))
			throw new DataError(
				"no-such-column",
				`${path} has no column ${fieldName(column.slice(0, 1))}, which ${optionName(option)} names; its columns: ${shortened(names.map((name) => fieldName([name])).join(", ") || "none")}.`,
			);
}

function namesOf(fields: readonly Field[]): string[] {
	return fields.map(({ name }) => name);
}

/**
 * Checks that all columns can go into rows, beside those that rows have themselves.
 * @throws DataError `column-in-use`, `unknown-type`
 */
function requireRoom(
	path: string,
	fields: readonly Field[],
	{ costColumn, format }: PackRecordsValues,
): void {
	const own = new Set(namesOf(rowFields(costColumn !== undefined)));
	const { holds } = tableFormats.find(format);
	const seen = new Set<string>();
	for (const { name, type } of fields) {
		if (own.has(name))
			throw new DataError(
				"column-in-use",
				`${path} has a column ${name}, and rows of packed records have one of that name themselves: rename it.`,
			);
		if (seen.has(name))
			throw new DataError(
				"column-in-use",
				`${path} has two columns ${name}: rename one.`,
			);
		seen.add(name);
		const unknown = findType(type, (inner) => !canCopy(inner));
		if (unknown !== null)
			throw new DataError(
				"unknown-type",
				`${path} has in its column ${name} values of the type ${unknown}, which seqpack cannot pass through: cast or leave out the column.`,
			);
		const unheld = findType(type, (inner) => !holds(inner));
		if (unheld !== null) {
			const [other] = tableFormats.where(({ holds }) => holds(unheld));
			throw new DataError(
				"unknown-type",
				`${path} has in its column ${name} values of the type ${unheld}, which ${format} does not have: cast the column, or give ${optionName("format", other)}.`,
			);
		}
	}
}

/** @throws DataError `other-columns` */
function requireSame(
	path: string,
	fields: readonly Field[],
	firstPath: string,
	due: readonly Field[],
): void {
	const differ = (what: string) =>
		new DataError(
			"other-columns",
			`${path} ${what}: to be passed through, all files must have the same columns.`,
		);
	for (const { name, type } of due) {
		const field = fields.find((each) => each.name === name);
		if (field === undefined)
			throw differ(`has no column ${name}, and ${firstPath} has one`);
		const [is, must] = [typeText(field.type), typeText(type)];
		if (is !== must)
			throw differ(`has ${is} in its column ${name}, and ${firstPath} ${must}`);
	}
	const other = fields.find(({ name }) =>
		due.every((each) => each.name !== name),
	);
	if (other !== undefined)
		throw differ(`has a column ${other.name}, and ${firstPath} has none`);
	if (fields.length !== due.length)
		throw differ(`has a column twice, of ${quoted(namesOf(fields))}`);
}

/** A type in words, equal for equal types. */
function typeText(type: DataType): string {
	const { typeId, children } = type;
	if (typeId === Type.Dictionary) {
		const { indices, dictionary } = type as unknown as {
			indices: DataType;
			dictionary: DataType;
		};
		return `Dictionary<${indices}, ${typeText(dictionary)}>`;
	}
	const bits =
		typeId === Type.Decimal
			? `${(type as never as { bitWidth: number }).bitWidth}`
			: "";
	if (!children?.length) return `${type}${bits}`;
	const inner = children.map(
		({ name, type, nullable }) =>
			`${name}: ${typeText(type)}${nullable ? "" : " not null"}`,
	);
	return `${String(type).replace(/<.*$/s, "")}<${inner.join(", ")}>`;
}
