import { isUtf8 } from "node:buffer";
import { optionName } from "../core/errors.js";
import { shortened } from "../core/text.js";
import { isObject } from "../core/values.js";
import type { PlacedBytes } from "./bytes/placed-bytes.js";
import { invalidUtf8, tooLong, utf8Reasons } from "./bytes/utf8.js";
import {
	type ArrayElement,
	ArrayScanner,
	arrayReasons,
	beginsWithArray,
} from "./json/array.js";
import { idAt } from "./json/record-text.js";
import { mayLoseNumbers, parseRecordJson } from "./json/values.js";
import type { WantedFields } from "./records/fields.js";
import type { RecordBatchBuilder } from "./records/record-batch.js";
import { type RecordScanner, readByScanner } from "./records/record-scanner.js";
import { BadInput, type Place, type SourceFormat } from "./source.js";

/** A JSON array of objects; its elements are counted, as it often is a single line. */
export const json: SourceFormat = {
	title: "JSON arrays of objects",
	extensions: [".json"],
	mayBe: beginsWithArray,
	compressible: true,
	fields: { text: "text", id: "id", fixed: false },
	reasons: {
		"not-json": "a record is not JSON",
		"not-an-object": "a record is JSON, but not an object",
		"missing-element":
			"an element is missing before a comma or the closing bracket of a JSON array",
		...arrayReasons,
		...utf8Reasons,
	},
	describePlace: (path, element) => `${path}, element ${element}`,
	inSequence: () => true,
	divide: async (_storage, { size }) => ({ parts: [size] }),
	numbersBefore: async () => 0,
	read: (storage, file, _span, wanted) =>
		readByScanner(storage, file, wanted, new ElementScanner(wanted)),
};

class ElementScanner implements RecordScanner {
	readonly #wanted: WantedFields;
	readonly #array = new ArrayScanner();
	#elements = 0;

	constructor(wanted: WantedFields) {
		this.#wanted = wanted;
	}

	*scan(piece: PlacedBytes, batch: RecordBatchBuilder): Generator<Place> {
		for (const element of this.#array.scan(piece)) {
			const { position, end } = element;
			const place = { position, number: ++this.#elements };
			try {
				const text = textOf(element);
				const record = parseRecord(text);
				const id = idAt(record, text, this.#wanted.id);
				const json = mayLoseNumbers(text) ? { json: text } : {};
				batch.add(record, place, { id, ...json });
			} catch (error) {
				if (!(error instanceof BadInput)) throw error;
				batch.addBad(error, place);
			}
			yield { position: end, number: this.#elements + 1 };
		}
	}

	// biome-ignore lint/correctness/useYield: an array has no element without a separator after it
	*finish(): Generator<Place> {
		this.#array.finish();
	}
}

/** @throws BadInput */
function textOf({ bytes, length }: ArrayElement): string {
	if (bytes === null) throw tooLong("element", length);
	if (!isUtf8(bytes)) throw invalidUtf8("element");
	return bytes.toString("utf8");
}

/** @throws BadInput */
function parseRecord(text: string): Record<string, unknown> {
	const skip = `give ${optionName("onError", "skip")}`;
	if (text === "")
		throw new BadInput(
			"missing-element",
			`an element is missing before a comma or the closing bracket of the array. Take out the extra comma, or ${skip}`,
		);
	let record: unknown;
	try {
		record = parseRecordJson(text);
	} catch (error) {
		throw new BadInput(
			"not-json",
			`the element is not JSON (${shortened((error as Error).message)}). Fix it, or ${skip}`,
		);
	}
	if (!isObject(record))
		throw new BadInput(
			"not-an-object",
			`the element is JSON, but not an object such as {"text": "..."}. Fix it, or ${skip}`,
		);
	return record;
}
