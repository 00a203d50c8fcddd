import { roundUp, sum } from "../../core/arithmetic.js";
import { bucketOf } from "../../decompose/buckets.js";
import {
	type DecomposeOptions,
	longestSequence,
} from "../../decompose/decompose-documents.js";
import { factNames } from "../../masks/sequence-facts.js";
import {
	type Column,
	type ColumnBatch,
	columnOf,
} from "../../tables/columns.js";
import type { Manifest, ManifestShard } from "../manifest.js";
import { bucketsOfGroup } from "../row-groups.js";
import { numberOfDocument, taskOfDocument } from "../rows.js";
import { cutOfSource, hasTurns, mayShareRows } from "../settings.js";
import { emptyRowCounts, type RowCounts } from "../totals.js";
import { checkColumns } from "./check-columns.js";
import type { FoundSequences } from "./found-sequences.js";
import { joinSides, type RowSequences } from "./join-sides.js";
import type { Problems } from "./problems.js";

/** A list column of a batch. */
type Lists = Extract<Column, { offsets: Int32Array }>;

/** Checks the rows of a shard, batch by batch, and counts what they hold. */
export class ShardCheck {
	readonly counts: RowCounts = emptyRowCounts();
	readonly #shard: ManifestShard;
	readonly #manifest: Manifest;
	readonly #problems: Problems;
	/** The capacity of the bucket, and those of all of its split; of rows of any length there is none. */
	readonly #capacity: number;
	readonly #capacities: number[];
	/** Sequences by the room that they take. */
	readonly #rooms: Float64Array;
	/** Tokens of the longest sequence that there may be. */
	readonly #longest: number;
	/** Whether labels are compared with the lengths of a store. */
	readonly #keepsLabels: boolean;
	/** Whether documents may have sides: see `joinSides`. */
	readonly #hasSides: boolean;
	readonly #sequencesOf: (task: number) => FoundSequences | null;
	/** Whether its rows are of a repack task, so that the index has no place for them. */
	readonly #isRepacked: boolean;

	/**
	 * @param rooms Of the shard's bucket; is added to.
	 * @param sequencesOf The sequences of a task that the shard may hold some of; null
	 * where it may hold none.
	 */
	constructor(
		manifest: Manifest,
		shard: ManifestShard,
		bucket: number,
		rooms: Float64Array,
		sequencesOf: (task: number) => FoundSequences | null,
		problems: Problems,
	) {
		this.#manifest = manifest;
		this.#shard = shard;
		const { buckets } = manifest.settings;
		this.#capacity = buckets[bucket].capacity || Infinity;
		this.#capacities = bucketsOfGroup(buckets).map(
			({ capacity }) => capacity || Infinity,
		);
		this.#longest = Math.max(
			...manifest.settings.sources.map((source) =>
				longestSequence(
					cutOfSource(manifest.settings, source) as DecomposeOptions,
				),
			),
		);
		this.#rooms = rooms;
		this.#sequencesOf = sequencesOf;
		this.#keepsLabels =
			manifest.store !== undefined || manifest.lengths !== undefined;
		this.#hasSides = manifest.settings.sources.some(
			(source) =>
				source.name === shard.source &&
				hasTurns(source) &&
				!mayShareRows(manifest.settings, source),
		);
		this.#isRepacked = shard.task >= manifest.tasks.read;
		this.#problems = problems;
	}

	/** Checks a batch of rows, which follow those checked before. */
	check(batch: ColumnBatch): void {
		const first = this.counts.rows;
		const { isMasked, isIndex, columns, carry } = this.#manifest.settings;
		const ids = isIndex ? null : columnOf(batch, "input_ids", "list<int32>");
		const lengths = columnOf(batch, "seq_lengths", "list<int32>");
		const docIds = columnOf(batch, "doc_ids", "list<int64>");
		const docOffsets = columnOf(batch, "doc_offsets", "list<int32>");
		const labels = isMasked
			? columnOf(batch, "label_counts", "list<int32>")
			: null;
		const stored = [...columns, ...(carry ?? [])];
		const { stratum } = this.#shard;
		const facts = factNames(this.#manifest.settings)
			.filter((name) => stored.includes(name))
			.map((name) => ({ name, lists: columnOf(batch, name, "list<int32>") }));
		for (let r = 0; r < batch.rows; r++) {
			const place = `${this.#shard.path} row ${first + r}`;
			const ofRow = lengths.values.subarray(
				lengths.offsets[r],
				lengths.offsets[r + 1],
			);
			const tokens =
				ids === null ? sum(ofRow) : ids.offsets[r + 1] - ids.offsets[r];
			const sequences = ofRow.length;
			for (const [name, { offsets }] of [
				["doc_ids", docIds],
				["doc_offsets", docOffsets],
			] as [string, Lists][])
				if (offsets[r + 1] - offsets[r] !== sequences)
					this.#problems.add(
						`${place} has ${sequences} seq_lengths and ${offsets[r + 1] - offsets[r]} ${name}`,
					);
			if (ids !== null)
				this.#checkTokens(
					ids.values.subarray(ids.offsets[r], ids.offsets[r + 1]),
					place,
				);
			const row: RowSequences = {
				lengths: ofRow,
				docIds: valuesOf(docIds, r),
				docOffsets: valuesOf(docOffsets, r),
				labels: labels && valuesOf(labels, r),
				facts: Object.fromEntries(
					facts.map(({ name, lists }) => [name, valuesOf(lists, r)]),
				),
			};
			const found = this.#hasSides ? joinSides(row) : row;
			this.#countSequences(ofRow, tokens, row.labels);
			this.#checkSequences(found.lengths, tokens, place);
			for (let i = 0; i < found.lengths.length; i++) {
				const sequences = this.#note(
					found.docIds[i] ?? -1n,
					found.docOffsets[i] ?? -1,
					found.lengths[i],
					first + r,
					this.#keepsLabels ? found.labels && (found.labels[i] ?? -1) : null,
				);
				for (const { name } of facts)
					sequences?.facts[name].push(found.facts[name][i] ?? -1);
				if (stratum !== undefined) sequences?.strata.push(stratum);
			}
		}
		this.counts.rows += batch.rows;
		checkColumns(batch, this.#manifest.settings, (row, column) =>
			this.#problems.add(
				`${this.#shard.path} row ${first + row}: its column ${column} is not what its seq_lengths make it`,
			),
		);
	}

	#checkTokens(ids: Int32Array, place: string): void {
		const { vocabSize } = this.#manifest.tokenizer;
		for (const id of ids)
			if (id >>> 0 >= vocabSize) {
				this.#problems.add(
					`${place} has the token id ${id}, which is not in the vocabulary of ${vocabSize}`,
				);
				return;
			}
	}

	#countSequences(
		lengths: Int32Array,
		tokens: number,
		labels: Int32Array | null,
	): void {
		const { counts } = this;
		counts.sequences += lengths.length;
		for (const length of lengths) counts.context += (length * (length - 1)) / 2;
		counts.labels += labels === null ? tokens - lengths.length : sum(labels);
	}

	/** @param tokens What the row's `input_ids` have. */
	#checkSequences(lengths: Int32Array, tokens: number, place: string): void {
		const { packer, cut, padDocumentToMultiple, padToMultiple } =
			this.#manifest.settings;
		const capacity = this.#capacity;
		const mostSequences = Number(packer.maxSequences ?? lengths.length);
		if (lengths.length > mostSequences)
			this.#problems.add(
				`${place} has ${lengths.length} sequences, more than ${mostSequences}`,
			);
		if (tokens > capacity)
			this.#problems.add(
				`${place} has ${tokens} tokens, more than ${capacity}`,
			);
		const { counts } = this;
		let sum = 0;
		let rooms = 0;
		for (const length of lengths) {
			const room = roundUp(length, padDocumentToMultiple);
			sum += length;
			rooms += room;
			if (room >= 0 && room < this.#rooms.length) this.#rooms[room]++;
			if (length < Number(cut.minSequence ?? 1))
				this.#problems.add(`${place} has a sequence of ${length} tokens`);
			if (length > this.#longest)
				this.#problems.add(
					`${place} has a sequence of ${length} tokens, more than ${this.#longest}`,
				);
			const due = this.#capacities[bucketOf(length, this.#capacities)];
			if (due !== capacity)
				this.#problems.add(
					`${place} has a sequence of ${length} tokens, which belongs in another bucket`,
				);
		}
		if (sum !== tokens)
			this.#problems.add(
				`${place} has ${tokens} tokens, but its seq_lengths add up to ${sum}`,
			);
		if (tokens <= capacity && rooms > capacity)
			this.#problems.add(
				`${place} has ${rooms} tokens once its sequences are padded to multiples of ${padDocumentToMultiple}, more than ${capacity}`,
			);
		counts.tokens += tokens;
		counts.alignmentTokens += rooms - sum;
		counts.paddedTokens += Number.isFinite(capacity)
			? roundUp(rooms, padToMultiple ?? capacity)
			: rooms;
	}

	/** Notes where a sequence was found. */
	#note(
		id: bigint,
		start: number,
		length: number,
		row: number,
		labels: number | null,
	): FoundSequences | null {
		const found = this.#sequencesOf(taskOfDocument(id));
		if (found === null) {
			this.#problems.add(
				`${this.#shard.path} row ${row} has the document ${id}, which is of another task`,
			);
			return null;
		}
		found.document.push(numberOfDocument(id) | 0);
		found.start.push(start);
		found.length.push(length);
		found.shard.push(this.#isRepacked ? -1 : this.#shard.number);
		found.row.push(this.#isRepacked ? -1 : row);
		if (labels !== null) found.labels.push(labels);
		return found;
	}
}

/** The values of a row. */
function valuesOf<T extends Int32Array | BigInt64Array>(
	{ values, offsets }: { values: T; offsets: Int32Array },
	row: number,
): T {
	return values.subarray(offsets[row], offsets[row + 1]) as T;
}
