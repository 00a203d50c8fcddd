import { addCounts } from "../../core/counts.js";
import type { IntLists } from "../../core/int-lists.js";
import { quoted } from "../../core/text.js";
import type { CutOptions } from "../../decompose/cuts.js";
import {
	carriedTokens,
	leavesGaps,
	mayRepeat,
	startRule,
} from "../../decompose/decompose-documents.js";
import { strataOf } from "../../documents/strata/strata-settings.js";
import { type ColumnBatch, columnOf } from "../../tables/columns.js";
import type { Manifest, ManifestIndex } from "../manifest.js";
import { NO_STRATUM } from "../row-groups.js";
import { documentId } from "../rows.js";
import { cutOfSource } from "../settings.js";
import type { CutCounts } from "../totals.js";
import type { FoundSequences } from "./found-sequences.js";
import type { Problems } from "./problems.js";

/** Documents as they were read, and what is said of them. */
export interface CheckedDocuments {
	tokens: Int32Array;
	/** Tokens of each that are in no row, and why. */
	dropped: Int32Array;
	reasons: readonly (string | null)[];
	/** The shard and row of each one's sequences; null where nothing says it. */
	places: { shards: IntLists; rows: Int32Array } | null;
}

/** Labels of a sequence of a document, as its store has them. */
export type LabelsOf = (
	document: number,
	start: number,
	length: number,
) => number;

/** The place of a document's stratum, as its store has it. */
export type StratumOf = (document: number) => number;

/** What a store knows of its documents; null where it does not. */
export interface KnownOfDocuments {
	labelsOf?: LabelsOf | null;
	stratumOf?: StratumOf | null;
}

/**
 * Checks a task's index against the sequences that were found in rows: those of each
 * document cover it, but for what was dropped, and lie where the index says.
 */
export class IndexCheck {
	readonly counts: CutCounts = {
		dropped: {},
		repeatedTokens: 0,
		cutDocuments: 0,
	};
	documents = 0;
	/** Tokens of the documents as they were read. */
	tokens = 0;
	readonly #file: ManifestIndex;
	readonly #problems: Problems;
	readonly #found: FoundSequences;
	/** The found sequences in the order of documents, and the next one to be met. */
	readonly #order: Uint32Array;
	#next = 0;
	readonly #dueStart: (end: number, length: number) => number;
	/** Whether sequences may begin later than they are due. */
	readonly #leavesGaps: boolean;
	/** Whether they may begin earlier. */
	readonly #mayRepeat: boolean;
	/** Tokens of each but the last of a document that are those of its end. */
	readonly #carried: number;
	/** How many strata there are. */
	readonly #strata: number;
	readonly #labelsOf: LabelsOf | null;
	readonly #stratumOf: StratumOf | null;
	/** Columns of which all sequences of a document have the same value. */
	readonly #shared: readonly string[];

	constructor(
		{ settings }: Manifest,
		file: ManifestIndex,
		found: FoundSequences,
		problems: Problems,
		{ labelsOf = null, stratumOf = null }: KnownOfDocuments = {},
	) {
		this.#labelsOf = labelsOf;
		this.#stratumOf = stratumOf;
		this.#shared = settings.carry ?? [];
		this.#file = file;
		this.#found = found;
		this.#order = found.sorted();
		this.#problems = problems;
		const source = settings.sources.find(({ name }) => name === file.source);
		const cut = (
			source ? cutOfSource(settings, source) : settings.cut
		) as CutOptions;
		this.#dueStart = startRule(cut);
		this.#leavesGaps = leavesGaps(cut);
		this.#mayRepeat = mayRepeat(cut);
		this.#carried = carriedTokens(cut);
		this.#strata = strataOf(settings.strata).length;
	}

	/** Checks rows of the index file. */
	check(batch: ColumnBatch): void {
		const docIds = columnOf(batch, "doc_id", "int64").values;
		const sources = columnOf(batch, "source_name", "string").values;
		const words = new Int32Array(
			...([docIds.buffer, docIds.byteOffset, 2 * docIds.length] as const),
		);
		const { task, source } = this.#file;
		for (let d = 0; d < docIds.length; d++) {
			const row = this.documents + d;
			if (sources[d] !== source)
				this.#problems.add(
					`document ${docIds[d]} of ${this.#file.path} is of the source ${quoted(sources[d])}; the manifest says ${quoted(source)}`,
				);
			if (words[2 * d] >>> 0 !== row || words[2 * d + 1] !== task)
				this.#problems.add(
					`document ${docIds[d]} of ${this.#file.path} is not in its row, which is ${row}`,
				);
		}
		this.checkDocuments({
			tokens: columnOf(batch, "tokens", "int32").values,
			dropped: columnOf(batch, "dropped_tokens", "int32").values,
			reasons: columnOf(batch, "drop_reason", "string").values,
			places: {
				shards: columnOf(batch, "shards", "list<int32>"),
				rows: columnOf(batch, "rows", "list<int32>").values,
			},
		});
	}

	/** Checks the documents that follow those checked before. */
	checkDocuments({ tokens, dropped, reasons, places }: CheckedDocuments): void {
		for (let d = 0; d < tokens.length; d++, this.documents++) {
			const place = this.documents;
			let covered = 0;
			let last = 0;
			let at = places?.shards.offsets[d] ?? 0;
			const end = places?.shards.offsets[d + 1] ?? 0;
			const first = at;
			for (; this.#isNextOf(this.documents); this.#next++, at++) {
				const due =
					places === null || at < end
						? [places?.shards.values[at], places?.rows[at]]
						: [-2, -2];
				const [from, to] = this.#checkSequence(last, place, due[0], due[1]);
				covered += to - Math.max(from, last);
				last = to;
			}
			if (places !== null && at !== end)
				this.#problems.add(
					`${this.#placeOf(place)}: the index lists ${end - first} sequences, and the rows hold ${at - first}`,
				);
			if (covered + dropped[d] !== tokens[d])
				this.#problems.add(
					`${this.#placeOf(place)} has ${tokens[d]} tokens; ${covered} are in rows and ${dropped[d]} are counted as dropped`,
				);
			this.#checkNumbers(place, this.#next - (at - first), at - first);
			this.#checkStratum(place, this.#next - (at - first), at - first);
			const carried = this.#carried * Math.max(0, at - first - 1);
			this.tokens += tokens[d] - carried;
			this.counts.repeatedTokens += carried;
			const reason = reasons[d];
			if (reason !== null) this.#drop(reason, dropped[d]);
			if (at - first > 1 || (at - first === 1 && dropped[d] > 0))
				this.counts.cutDocuments++;
		}
	}

	#drop(reason: string, tokens: number): void {
		const { dropped } = this.counts;
		if (Object.hasOwn(dropped, reason)) {
			dropped[reason].documents++;
			dropped[reason].tokens += tokens;
		} else addCounts(dropped, { [reason]: { documents: 1, tokens } });
	}

	/** What is left once all batches are checked. */
	finish(): void {
		const left = this.#order.length - this.#next;
		if (left > 0)
			this.#problems.add(
				`${left} sequences are of documents that ${this.#file.path} does not have`,
			);
		if (this.documents !== this.#file.rows)
			this.#problems.add(
				`${this.#file.path} has ${this.documents} rows; the manifest says ${this.#file.rows}`,
			);
	}

	#placeOf(document: number): string {
		const id = documentId(this.#file.task, document);
		return `document ${id} of ${this.#file.path}`;
	}

	#isNextOf(document: number): boolean {
		return (
			this.#next < this.#order.length &&
			this.#found.document.array[this.#order[this.#next]] === (document | 0)
		);
	}

	/** Checks that the sequences of a document are of one stratum, of its own, and of one that there is. */
	#checkStratum(place: number, first: number, count: number): void {
		const { facts, strata } = this.#found;
		if (facts.stratum.length === 0 && strata.length === 0) return;
		for (const [what, { array, length }] of [
			["its stratum is", facts.stratum],
			["it is in a row of the stratum", strata],
		] as const) {
			if (length === 0 || count === 0) continue;
			const own = array[this.#order[first]];
			if (own < NO_STRATUM || own >= this.#strata)
				this.#problems.add(
					`${this.#placeOf(place)}: ${what} ${own}, and there are ${this.#strata}`,
				);
			const due = this.#stratumOf?.(place) ?? own;
			if (own !== due)
				this.#problems.add(
					`${this.#placeOf(place)}: ${what} ${own}; its length makes it ${due}`,
				);
			for (let i = 1; i < count; i++) {
				const other = array[this.#order[first + i]];
				if (other !== own)
					this.#problems.add(
						`${this.#placeOf(place)}: its sequences are of the strata ${own} and ${other}`,
					);
			}
		}
		if (facts.stratum.length === 0 || strata.length === 0 || count === 0)
			return;
		const sequence = this.#order[first];
		if (facts.stratum.array[sequence] !== strata.array[sequence])
			this.#problems.add(
				`${this.#placeOf(place)}: its stratum is ${facts.stratum.array[sequence]}, and its row is of ${strata.array[sequence]}`,
			);
	}

	/** Checks the columns of what is known of a document's sequences. @param first The place of its first in the order. */
	#checkNumbers(place: number, first: number, count: number): void {
		const { segment_number, segment_count } = this.#found.facts;
		if (
			segment_number.length === 0 &&
			segment_count.length === 0 &&
			this.#shared.length === 0
		)
			return;
		for (let i = 0; i < count; i++) {
			const sequence = this.#order[first + i];
			for (const [name, { array, length }, due] of [
				["segment_number", segment_number, i + 1],
				["segment_count", segment_count, count],
			] as const)
				if (length > 0 && array[sequence] !== due)
					this.#problems.add(
						`${this.#placeOf(place)}: the ${name} of its sequence at token ${this.#found.start.array[sequence]} is ${array[sequence]}, where ${due} was due`,
					);
			for (const name of this.#shared) {
				const { array } = this.#found.facts[name];
				const due = array[this.#order[first]];
				if (array[sequence] !== due)
					this.#problems.add(
						`${this.#placeOf(place)}: the ${name} of its sequence at token ${this.#found.start.array[sequence]} is ${array[sequence]}, and that of its first ${due}`,
					);
			}
		}
	}

	/**
	 * @param last Where the document's sequence before ends.
	 * @param place The number of the document.
	 * @param shard Where the index has it, and its row there; undefined where it has no places.
	 * @returns Where it begins and ends.
	 */
	#checkSequence(
		last: number,
		place: number,
		shard: number | undefined,
		row: number | undefined,
	): [start: number, end: number] {
		const sequence = this.#order[this.#next];
		const start = this.#found.start.array[sequence];
		const length = this.#found.length.array[sequence];
		const due = this.#dueStart(last, length);
		if (!(start === due || (start > due ? this.#leavesGaps : this.#mayRepeat)))
			this.#problems.add(
				`${this.#placeOf(place)}: a sequence begins at its token ${start}, where ${due} was due`,
			);
		this.counts.repeatedTokens += Math.max(0, last - start);
		const labels = this.#found.labels.array[sequence];
		const dueLabels = this.#labelsOf?.(place, start, length) ?? labels;
		if (this.#found.labels.length > 0 && labels !== dueLabels)
			this.#problems.add(
				`${this.#placeOf(place)}: its sequence at token ${start} has ${labels} labels; its document makes it ${dueLabels}`,
			);
		if (shard === undefined) return [start, start + length];
		if (
			shard !== this.#found.shard.array[sequence] ||
			row !== this.#found.row.array[sequence]
		)
			this.#problems.add(
				`${this.#placeOf(place)}: its sequence at token ${start} is not in the row that the index says`,
			);
		return [start, start + length];
	}
}
