import { DataError, damageOf, SeqpackError } from "../../core/errors.js";
import { parseJson } from "../../core/json.js";
import { indexSchemaOf, indexTable } from "../../dataset/index-rows.js";
import { readListed } from "../../dataset/listed-file.js";
import { numberOfDocument, taskOfDocument } from "../../dataset/rows.js";
import type { ComposedPart } from "../../recipes/composed.js";
import { storageAt } from "../../storage/storages.js";
import { columnOf } from "../../tables/columns.js";
import type { OpenedRow } from "./open-row.js";

/** What the index says of a document. */
export interface FoundDocument {
	/** The id that the input gives it, or null. */
	id: string | null;
	sourceName: string | null;
	source: string;
	position: number;
	/** Its tokens, BOS and EOS included. */
	tokens: number;
	/** The records that it is composed of; null: it is none that was. */
	parts: ComposedPart[] | null;
	/** Documents of the same record that come before it. */
	before: number;
}

/**
 * Looks for documents in the index.
 * @throws DataError `bad-index`
 */
export async function findDocuments(
	{ directory, manifest }: Pick<OpenedRow, "directory" | "manifest">,
	ids: Iterable<bigint>,
): Promise<Map<bigint, FoundDocument>> {
	const wanted = new Map<number, Set<number>>();
	for (const id of ids) {
		const task = taskOfDocument(id);
		const numbers = wanted.get(task) ?? new Set();
		wanted.set(task, numbers.add(numberOfDocument(id)));
	}
	const found = new Map<bigint, FoundDocument>();
	for (const [task, numbers] of wanted) {
		const file = manifest.index.find((each) => each.task === task);
		const path = `${directory}/${file?.path}`;
		try {
			for await (const [number, document] of readDocuments(
				path,
				file?.bytes ?? 0,
				manifest.settings,
				numbers,
			))
				found.set((BigInt(task) << 32n) | BigInt(number), document);
		} catch (error) {
			if (error instanceof SeqpackError) throw error;
			throw badIndex(`${path} cannot be read (${damageOf(error)})`);
		}
	}
	for (const id of ids)
		if (!found.has(id))
			throw badIndex(
				`the index of ${directory} lacks document ${id}, which is in a row`,
			);
	return found;
}

async function* readDocuments(
	path: string,
	bytes: number,
	settings: OpenedRow["manifest"]["settings"],
	wanted: ReadonlySet<number>,
): AsyncGenerator<[number, FoundDocument]> {
	const schema = indexSchemaOf(settings);
	const last = Math.max(...wanted);
	const batches = readListed(storageAt(path), path, (file) =>
		indexTable.read(file, bytes, schema),
	);
	let first = 0;
	/** Documents of the record that was met last. */
	let record = "";
	let before = 0;
	for await (const batch of batches) {
		const text = (name: string) => columnOf(batch, name, "string").values;
		const [names, sources] = [text("source_name"), text("source")];
		const own = text("id");
		const positions = columnOf(batch, "position", "int64").values;
		const tokens = columnOf(batch, "tokens", "int32").values;
		const parts = schema.some(({ name }) => name === "parts")
			? text("parts")
			: null;
		for (let i = 0; i < batch.rows && first + i <= last; i++) {
			const place = `${positions[i]} ${sources[i]}`;
			before = place === record ? before + 1 : 0;
			record = place;
			if (!wanted.has(first + i)) continue;
			const json = parts?.[i] ?? null;
			yield [
				first + i,
				{
					id: own[i] as string | null,
					sourceName: names[i] as string | null,
					source: String(sources[i]),
					position: Number(positions[i]),
					tokens: tokens[i],
					parts: json === null ? null : partsOf(String(json)),
					before,
				},
			];
		}
		first += batch.rows;
		if (first > last) return;
	}
}

/** Null for what composing has not written: a field of the user's may hold anything. */
function partsOf(json: string): ComposedPart[] | null {
	try {
		const parts = parseJson(json);
		const areParts =
			Array.isArray(parts) &&
			parts.every(
				(part) =>
					typeof part?.source === "string" &&
					[part.position, part.offset, part.length].every(Number.isSafeInteger),
			);
		return areParts ? parts : null;
	} catch {
		return null;
	}
}

function badIndex(sentence: string): DataError {
	return new DataError(
		"bad-index",
		`${sentence}: check the dataset with seqpack verify.`,
	);
}
