import { pathTo, type TreeRow } from "../masks/tree.js";
import { allOf, eachOf } from "../storage/when-read.js";
import type { ArrowRows, RowPlace } from "../tables/arrow-rows.js";
import type { StoreReader } from "./store-reader.js";

/** Reads the trees of prefixes that a row of an index holds. */
export class IndexTrees {
	readonly #store: StoreReader;
	readonly #bounds = new Int32Array(2);

	constructor(store: StoreReader) {
		this.#store = store;
	}

	/** @param isMasked Whether some tokens are not to be trained on. */
	read(rows: ArrowRows, place: RowPlace, isMasked: boolean): TreeRow {
		let seqLengths: Int32Array = NONE;
		let parents: Int32Array = NONE;
		let multiplicity: Int32Array = NONE;
		let trained: Int32Array | null = null;
		const list = (name: string) => this.#list(rows, place, name, 1);
		allOf(
			() => {
				seqLengths = list("seq_lengths");
			},
			() => {
				parents = list("node_parent");
			},
			() => {
				multiplicity = list("node_multiplicity");
			},
		);
		if (isMasked) trained = this.#trained(rows, place, { seqLengths, parents });
		return { seqLengths, parents, multiplicity, trained };
	}

	/** Of each token, how many documents it is to be trained on in. */
	#trained(
		rows: ArrowRows,
		place: RowPlace,
		{ seqLengths, parents }: Pick<TreeRow, "seqLengths" | "parents">,
	): Int32Array {
		let documents: Int32Array = NONE;
		let starts: Int32Array = NONE;
		let nodes: Int32Array = NONE;
		allOf(
			() => {
				documents = this.#list(rows, place, "path_doc_ids", 2);
			},
			() => {
				starts = this.#list(rows, place, "path_doc_offsets", 1);
			},
			() => {
				nodes = this.#list(rows, place, "path_nodes", 1);
			},
		);
		const firsts = new Int32Array(seqLengths.length + 1);
		seqLengths.forEach((tokens, node) => {
			firsts[node + 1] = firsts[node] + tokens;
		});
		const masks: Int32Array[] = [];
		eachOf(nodes.length, (i) => {
			let tokens = 0;
			for (const node of pathTo(parents, nodes[i])) tokens += seqLengths[node];
			const mask = new Int32Array(tokens);
			this.#store.read(
				documents[2 * i + 1],
				documents[2 * i] >>> 0,
				starts[i],
				new Uint8Array(mask.buffer),
				0,
				tokens,
				"loss_mask",
			);
			masks[i] = mask;
		});
		const trained = new Int32Array(firsts[seqLengths.length]);
		nodes.forEach((end, i) => {
			let from = 0;
			for (const node of pathTo(parents, end))
				for (let at = firsts[node]; at < firsts[node + 1]; at++)
					trained[at] += masks[i][from++];
		});
		return trained;
	}

	/** A list of the row, as words: `width` of them for each value. */
	#list(
		rows: ArrowRows,
		place: RowPlace,
		name: string,
		width: number,
	): Int32Array {
		rows.readBounds(name, place, this.#bounds);
		const [from, to] = this.#bounds;
		const values = new Int32Array((to - from) * width);
		const bytes = new Uint8Array(values.buffer);
		rows.readValues(name, place, from * width, bytes, 0, values.length);
		return values;
	}
}

const NONE = new Int32Array(0);
