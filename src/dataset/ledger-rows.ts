import type { ColumnBatch, Schema } from "../tables/columns.js";
import { columnOf } from "../tables/columns.js";
import type { DroppedTokens } from "./index-rows.js";
import { documentId, numberOfDocument } from "./rows.js";

/**
 * The columns of an index file of a packing by index: a row for each document that has
 * tokens in no row, or has none. What else there is to say of documents the store says.
 */
export const ledgerSchema: Schema = [
	{ name: "doc_id", type: "int64" },
	{ name: "dropped_tokens", type: "int32" },
	{ name: "drop_reason", type: "string" },
];

/** The ledger's rows of some documents of a task, the first of them numbered `first`. */
export function ledgerBatch(
	task: number,
	first: number,
	{ tokens, reasons }: DroppedTokens,
): ColumnBatch {
	const told: number[] = [];
	for (let d = 0; d < reasons.length; d++)
		if (reasons[d] !== null) told.push(d);
	return {
		rows: told.length,
		columns: {
			doc_id: {
				type: "int64",
				values: BigInt64Array.from(told, (d) => documentId(task, first + d)),
			},
			dropped_tokens: {
				type: "int32",
				values: Int32Array.from(told, (d) => tokens[d]),
			},
			drop_reason: { type: "string", values: told.map((d) => reasons[d]) },
		},
	};
}

/** What a task's ledger says of its documents. */
export class Ledger {
	readonly #documents: number[] = [];
	readonly #tokens: number[] = [];
	readonly #reasons: (string | null)[] = [];
	/** The next document that it says something of. */
	#next = 0;

	add(batch: ColumnBatch): void {
		for (const id of columnOf(batch, "doc_id", "int64").values)
			this.#documents.push(numberOfDocument(id));
		for (const tokens of columnOf(batch, "dropped_tokens", "int32").values)
			this.#tokens.push(tokens);
		for (const reason of columnOf(batch, "drop_reason", "string").values)
			this.#reasons.push(reason);
	}

	/** What it says of the next `count` documents, the first of them numbered `first`. */
	take(first: number, count: number): DroppedTokens {
		const tokens = new Int32Array(count);
		const reasons = new Array<string | null>(count).fill(null);
		for (; this.#documents[this.#next] < first + count; this.#next++) {
			const document = this.#documents[this.#next] - first;
			if (document < 0) break;
			tokens[document] = this.#tokens[this.#next];
			reasons[document] = this.#reasons[this.#next];
		}
		return { tokens, reasons };
	}

	/** Documents that it speaks of and that were not asked for. */
	get left(): number {
		return this.#documents.length - this.#next;
	}
}
