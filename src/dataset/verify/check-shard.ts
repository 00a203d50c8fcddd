import { roundUp, sum } from "../../core/arithmetic.js";
import { bucketOf } from "../../decompose/buckets.js";
import {
	type DecomposeOptions,
	longestSequence,
} from "../../decompose/decompose-documents.js";
import { factNames } from "../../masks/sequence-facts.js";
import { type ColumnBatch, columnOf } from "../../tables/columns.js";
import type { Manifest, ManifestShard } from "../manifest.js";
import { bucketsOfGroup } from "../row-groups.js";
import { documentId, numberOfDocument, taskOfDocument } from "../rows.js";
import { cutOfSource, hasTurns, mayShareRows } from "../settings.js";
import { emptyRowCounts, type RowCounts } from "../totals.js";
import { checkColumns } from "./check-columns.js";
import type { FoundSequences } from "./found-sequences.js";
import { joinSides, type RowSequences } from "./join-sides.js";
import type { Problems } from "./problems.js";
import { haveSpan, type Lists, sumOf, valuesOf, wordsOf } from "./row-lists.js";
import {
	nodePositions,
	pathLength,
	type TreeRowColumns,
	treeRowsOf,
	treeSizes,
} from "./tree-rows.js";

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
	/** The task of the sequence that was noted last, and those of it. */
	#lastTask = -1;
	#lastFound: FoundSequences | null = null;

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
		this.#longest =
			manifest.settings.prefixTree === undefined
				? Math.max(
						...manifest.settings.sources.map((source) =>
							longestSequence(
								cutOfSource(manifest.settings, source) as DecomposeOptions,
							),
						),
					)
				: this.#capacity;
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
		if (this.#manifest.settings.prefixTree === undefined)
			this.#checkRows(batch, first);
		else this.#checkTrees(batch, first);
		this.counts.rows += batch.rows;
		checkColumns(batch, this.#manifest.settings, (row, column) =>
			this.#problems.add(
				`${this.#shard.path} row ${first + row}: its column ${column} is not what its seq_lengths make it`,
			),
		);
	}

	/** Checks rows of trees of prefixes: what is found of a document is its path. */
	#checkTrees(batch: ColumnBatch, first: number): void {
		const rowAt = treeRowsOf(batch);
		for (let r = 0; r < batch.rows; r++) {
			const { faults, ...row } = rowAt(r);
			const place = `${this.#shard.path} row ${first + r}`;
			for (const fault of faults) this.#problems.add(`${place} ${fault}`);
			if (faults.length > 0) continue;
			this.#countNodes(row);
			const sizes = treeSizes(row);
			this.#checkSequences(
				...([sizes, 0, sizes.length] as const),
				...([sum(row.lengths), first + r] as const),
			);
			const { docIds, docOffsets, nodes } = row.paths;
			for (let p = 0; p < nodes.length; p++)
				this.#note(
					taskOfDocument(docIds[p]),
					numberOfDocument(docIds[p]) | 0,
					docOffsets[p],
					pathLength(row, nodes[p]),
					first + r,
					null,
				);
			const ids = [...row.docIds, ...docIds];
			if (ids.some((id) => taskOfDocument(id) !== this.#shard.task))
				this.#problems.add(`${place} has documents of several tasks`);
			else this.#sequencesOf(this.#shard.task)?.trees.add(row, place);
		}
	}

	#countNodes(row: TreeRowColumns): void {
		const { counts } = this;
		counts.sequences += row.lengths.length;
		counts.labels += sum(row.labels);
		nodePositions(row).forEach((position, node) => {
			const tokens = row.lengths[node];
			counts.context += tokens * position + (tokens * (tokens - 1)) / 2;
		});
	}

	#checkRows(batch: ColumnBatch, first: number): void {
		const { isMasked, isIndex, columns, carry } = this.#manifest.settings;
		const ids = isIndex ? null : columnOf(batch, "input_ids", "list<int32>");
		const lengths = columnOf(batch, "seq_lengths", "list<int32>");
		const docIds = columnOf(batch, "doc_ids", "list<int64>");
		const docOffsets = columnOf(batch, "doc_offsets", "list<int32>");
		const labels = isMasked
			? columnOf(batch, "label_counts", "list<int32>")
			: null;
		const stored = [...columns, ...(carry ?? [])];
		const facts = factNames(this.#manifest.settings)
			.filter((name) => stored.includes(name))
			.map((name) => ({ name, lists: columnOf(batch, name, "list<int32>") }));
		if (ids !== null) this.#checkTokens(ids, first);
		const all: NotedSequences = {
			...{ lengths: lengths.values, words: wordsOf(docIds.values) },
			...{ docOffsets: docOffsets.values, labels: labels?.values ?? null },
			facts: NO_FACTS,
		};
		const lists = [docIds, docOffsets, ...(labels === null ? [] : [labels])];
		const isPlain = !this.#hasSides && facts.length === 0;
		for (let r = 0; r < batch.rows; r++) {
			const from = lengths.offsets[r];
			const to = lengths.offsets[r + 1];
			if (isPlain && haveSpan(lists, r, from, to)) {
				const tokens =
					ids === null
						? sumOf(lengths.values, from, to)
						: ids.offsets[r + 1] - ids.offsets[r];
				this.#checkRow(all, from, to, tokens, first + r);
				continue;
			}
			const ofRow = valuesOf(lengths, r);
			const tokens =
				ids === null ? sum(ofRow) : ids.offsets[r + 1] - ids.offsets[r];
			if (this.#haveOther(ofRow.length, { docIds, docOffsets }, r, first))
				continue;
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
			this.#countSequences(ofRow, 0, ofRow.length, tokens, row.labels);
			this.#checkSequences(
				...([found.lengths, 0, found.lengths.length] as const),
				...([tokens, first + r] as const),
			);
			const noted = { ...found, words: wordsOf(found.docIds) };
			this.#noteRow(noted, 0, found.lengths.length, first + r);
		}
	}

	/** Checks the row whose sequences are those from one to another of a batch. */
	#checkRow(
		all: NotedSequences,
		from: number,
		to: number,
		tokens: number,
		row: number,
	): void {
		const { lengths, labels } = all;
		const own = labels?.subarray(from, to) ?? null;
		this.#countSequences(lengths, from, to, tokens, own);
		this.#checkSequences(lengths, from, to, tokens, row);
		this.#noteRow(all, from, to, row);
	}

	/** Whether columns have other than as many values for a row as it has sequences. */
	#haveOther(
		sequences: number,
		{ docIds, docOffsets }: Record<"docIds" | "docOffsets", Lists>,
		row: number,
		first: number,
	): boolean {
		const ids = docIds.offsets[row + 1] - docIds.offsets[row];
		const starts = docOffsets.offsets[row + 1] - docOffsets.offsets[row];
		for (const [name, count] of ids === sequences && starts === sequences
			? []
			: ([
					["doc_ids", ids],
					["doc_offsets", starts],
				] as const))
			if (count !== sequences)
				this.#problems.add(
					`${this.#placeOf(first + row)} has ${sequences} seq_lengths and ${count} ${name}`,
				);
		return ids !== sequences || starts !== sequences;
	}

	/** Notes where the sequences of a row were found. */
	#noteRow(
		{ lengths, words, docOffsets, labels, facts }: NotedSequences,
		from: number,
		to: number,
		number: number,
	): void {
		const { stratum } = this.#shard;
		for (let i = from; i < to; i++) {
			const found = this.#note(
				...([words[2 * i + 1], words[2 * i], docOffsets[i]] as const),
				...([lengths[i], number] as const),
				this.#keepsLabels ? labels && (labels[i] ?? -1) : null,
			);
			if (found === null) continue;
			if (facts !== NO_FACTS)
				for (const name of Object.keys(facts))
					found.facts[name].push(facts[name][i] ?? -1);
			if (stratum !== undefined) found.strata.push(stratum);
		}
	}

	/** Tells of the first id of each row that is in no vocabulary. */
	#checkTokens(
		{ values, offsets }: { values: Int32Array; offsets: Int32Array },
		first: number,
	): void {
		const { vocabSize } = this.#manifest.tokenizer;
		// Negative as soon as one id is outside: without a branch for each.
		let signs = 0;
		for (let i = offsets[0]; i < values.length; i++)
			signs |= values[i] | (vocabSize - 1 - values[i]);
		if (signs >= 0) return;
		let row = 0;
		for (let i = offsets[0]; i < values.length; i++) {
			if (values[i] >>> 0 < vocabSize) continue;
			while (offsets[row + 1] <= i) row++;
			if (row >= offsets.length - 1) return;
			this.#problems.add(
				`${this.#placeOf(first + row)} has the token id ${values[i]}, which is not in the vocabulary of ${vocabSize}`,
			);
			i = offsets[row + 1] - 1;
		}
	}

	#placeOf(row: number): string {
		return `${this.#shard.path} row ${row}`;
	}

	#countSequences(
		lengths: Int32Array,
		from: number,
		to: number,
		tokens: number,
		labels: Int32Array | null,
	): void {
		const { counts } = this;
		counts.sequences += to - from;
		for (let i = from; i < to; i++)
			counts.context += (lengths[i] * (lengths[i] - 1)) / 2;
		counts.labels += labels === null ? tokens - (to - from) : sum(labels);
	}

	/** @param tokens What the row's `input_ids` have. */
	#checkSequences(
		lengths: Int32Array,
		from: number,
		to: number,
		tokens: number,
		row: number,
	): void {
		const { packer, cut, padDocumentToMultiple, padToMultiple } =
			this.#manifest.settings;
		const capacity = this.#capacity;
		const mostSequences = Number(packer.maxSequences ?? to - from);
		const minSequence = Number(cut.minSequence ?? 1);
		if (to - from > mostSequences)
			this.#problems.add(
				`${this.#placeOf(row)} has ${to - from} sequences, more than ${mostSequences}`,
			);
		if (tokens > capacity)
			this.#problems.add(
				`${this.#placeOf(row)} has ${tokens} tokens, more than ${capacity}`,
			);
		const { counts } = this;
		let sum = 0;
		let rooms = 0;
		for (let i = from; i < to; i++) {
			const length = lengths[i];
			const room = roundUp(length, padDocumentToMultiple);
			sum += length;
			rooms += room;
			if (room >= 0 && room < this.#rooms.length) this.#rooms[room]++;
			if (length < minSequence)
				this.#problems.add(
					`${this.#placeOf(row)} has a sequence of ${length} tokens`,
				);
			if (length > this.#longest)
				this.#problems.add(
					`${this.#placeOf(row)} has a sequence of ${length} tokens, more than ${this.#longest}`,
				);
			const due = this.#capacities[bucketOf(length, this.#capacities)];
			if (due !== capacity)
				this.#problems.add(
					`${this.#placeOf(row)} has a sequence of ${length} tokens, which belongs in another bucket`,
				);
		}
		if (sum !== tokens)
			this.#problems.add(
				`${this.#placeOf(row)} has ${tokens} tokens, but its seq_lengths add up to ${sum}`,
			);
		if (tokens <= capacity && rooms > capacity)
			this.#problems.add(
				`${this.#placeOf(row)} has ${rooms} tokens once its sequences are padded to multiples of ${padDocumentToMultiple}, more than ${capacity}`,
			);
		counts.tokens += tokens;
		counts.alignmentTokens += rooms - sum;
		counts.paddedTokens += Number.isFinite(capacity)
			? roundUp(rooms, padToMultiple ?? capacity)
			: rooms;
	}

	/** Notes where a sequence was found. @param number That of its document in its task. */
	#note(
		task: number,
		number: number,
		start: number,
		length: number,
		row: number,
		labels: number | null,
	): FoundSequences | null {
		if (task !== this.#lastTask) {
			this.#lastTask = task;
			this.#lastFound = this.#sequencesOf(task);
		}
		const found = this.#lastFound;
		if (found === null) {
			this.#problems.add(
				`${this.#placeOf(row)} has the document ${documentId(task, number >>> 0)}, which is of another task`,
			);
			return null;
		}
		found.document.push(number);
		found.start.push(start);
		found.length.push(length);
		found.shard.push(this.#isRepacked ? -1 : this.#shard.number);
		found.row.push(this.#isRepacked ? -1 : row);
		if (labels !== null) found.labels.push(labels);
		return found;
	}
}

const NO_FACTS: RowSequences["facts"] = {};

/** Sequences of one row or of several, their documents' ids as words: the low one, and the high one. */
interface NotedSequences extends Omit<RowSequences, "docIds"> {
	words: Int32Array;
}
