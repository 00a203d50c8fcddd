import { Int32Buffer } from "../../core/buffers.js";
import { type IntLists, listAt } from "../../core/int-lists.js";
import type { Stratum } from "../../strata/parse-strata.js";
import { stratumOf } from "../../strata/stratify.js";
import type { DocumentLengths } from "../lengths.js";
import type { ManifestLengths, ManifestShard } from "../manifest.js";
import type { CheckedDocuments, LabelsOf, StratumOf } from "./check-index.js";
import type { FoundSequences } from "./found-sequences.js";
import type { Problems } from "./problems.js";

/** Compares the lengths of a task of a store with its index, and its rows with their numbers. */
export class LengthsCheck {
	readonly #file: ManifestLengths;
	readonly #problems: Problems;
	/** Tokens of each document, as the index has them. */
	readonly #tokens = new Int32Buffer();
	/** Labels of each, as its row has them. */
	readonly #labels = new Map<number, number>();
	#documents = 0;

	constructor(file: ManifestLengths, problems: Problems) {
		this.#file = file;
		this.#problems = problems;
	}

	/** The index says so much of the documents that follow. */
	note(tokens: Int32Array): void {
		this.#tokens.append(tokens);
	}

	/** Each row holds the document of its number, or nothing. */
	checkRows(found: FoundSequences, shards: readonly ManifestShard[]): void {
		const firstRows = new Map<number, number>();
		let first = 0;
		for (const { number, rows } of shards) {
			firstRows.set(number, first);
			first += rows;
		}
		for (let i = 0; i < found.count; i++) {
			const shard = found.shard.array[i];
			const document = found.document.array[i] >>> 0;
			const row = (firstRows.get(shard) ?? 0) + found.row.array[i];
			if (row !== document)
				this.#problems.add(
					`row ${found.row.array[i]} of shard ${shard} of task ${this.#file.task} is to hold document ${row}, and holds ${document}`,
				);
			if (found.labels.length > 0)
				this.#labels.set(document, found.labels.array[i]);
		}
		if (first !== this.#file.rows)
			this.#problems.add(
				`task ${this.#file.task} has ${first} rows, and lengths of ${this.#file.rows} documents`,
			);
	}

	check({ lengths, trained }: DocumentLengths): void {
		const due = this.#tokens.view();
		const { path } = this.#file;
		for (let d = 0; d < lengths.length; d++, this.#documents++) {
			const number = this.#documents;
			if (lengths[d] !== due[number])
				this.#problems.add(
					`${path} has ${lengths[d]} tokens for document ${number}; the index has ${due[number]}`,
				);
			if (trained === null) continue;
			const labels = labelsOfRuns(listAt(trained, d), 0, lengths[d]);
			const found = this.#labels.get(number) ?? 0;
			if (labels !== found)
				this.#problems.add(
					`${path} has ${labels} labels for document ${number}, and its row ${found}`,
				);
		}
	}

	finish(): void {
		if (this.#documents !== this.#file.rows)
			this.#problems.add(
				`${this.#file.path} has ${this.#documents} rows; the manifest says ${this.#file.rows}`,
			);
	}
}

/** Gathers the lengths of a store's task, for who checks a packing of it. */
export class StoreLengths {
	readonly tokens: Int32Array[] = [];
	readonly #trained: IntLists[] = [];
	readonly #measured = new Int32Buffer();
	readonly #first: number[] = [];
	count = 0;

	/** Copies what it keeps. */
	add({ lengths, measured, trained }: DocumentLengths): void {
		this.tokens.push(lengths.slice());
		if (measured !== undefined) this.#measured.append(measured);
		this.#first.push(this.count);
		if (trained !== null)
			this.#trained.push({
				values: trained.values.slice(),
				offsets: trained.offsets.slice(),
			});
		this.count += lengths.length;
	}

	/** Null where documents are not measured. */
	stratumOf(strata: readonly Stratum[]): StratumOf | null {
		if (this.#measured.length === 0) return null;
		return (document) => stratumOf(this.#measured.array[document], strata);
	}

	/** Null where all tokens are to be trained on. */
	get labelsOf(): LabelsOf | null {
		if (this.#trained.length === 0) return null;
		return (document, start, length) => {
			const batch = this.#first.findLastIndex((first) => first <= document);
			const trained = this.#trained[batch];
			if (trained === undefined) return -1;
			const place = document - this.#first[batch];
			if (place >= trained.offsets.length - 1) return -1;
			return labelsOfRuns(listAt(trained, place), start, length);
		};
	}
}

/** Documents that are checked without an index: nothing says where their sequences are. */
export function withoutPlaces(
	tokens: Int32Array,
	dropped: { tokens: Int32Array; reasons: readonly (string | null)[] },
): CheckedDocuments {
	return {
		tokens,
		dropped: dropped.tokens,
		reasons: dropped.reasons,
		places: null,
	};
}

/** Labels of a sequence: tokens of the runs in it, but for its first. */
function labelsOfRuns(runs: Int32Array, start: number, length: number): number {
	let labels = 0;
	for (let i = 0; i + 1 < runs.length; i += 2) {
		const from = Math.max(runs[i], start + 1);
		const to = Math.min(runs[i + 1], start + length);
		labels += Math.max(0, to - from);
	}
	return labels;
}
