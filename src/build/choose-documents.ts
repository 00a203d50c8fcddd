import { selectColumns } from "../core/int-columns.js";
import { selectMarks, selectTexts } from "../core/text-batch.js";
import { selectHashes } from "../documents/document-hash.js";
import type { leftOutReasons } from "../documents/left-out-reasons.js";
import type { Documents } from "../sources/read-records.js";

/** Of a document, by its place in a batch. */
export type DocumentTest = (
	batch: Pick<Documents, "hashes" | "measured">,
	document: number,
) => boolean;

/** What documents that are no repeats must be to be wanted, each by the reason why others are left out. */
export type DocumentTests = Partial<Record<Reason, DocumentTest | null>>;

type Reason = keyof typeof leftOutReasons;

/** Which documents of a task are wanted. */
export class DocumentChoice {
	/** Documents that were there but are not wanted, by reason. */
	readonly leftOut: Record<string, number> = {};
	/** Numbers of documents that repeat others, in ascending order. */
	readonly #repeats: Int32Array;
	#nextRepeat = 0;
	/** Documents seen, and how many more are wanted. */
	#seen = 0;
	#room: number;

	readonly #tests: readonly (readonly [Reason, DocumentTest])[];

	/** @param limit How many documents are wanted, at most. */
	constructor(repeats: Int32Array, limit: number, tests: DocumentTests = {}) {
		this.#repeats = repeats;
		this.#room = limit;
		this.#tests = (
			Object.entries(tests) as [Reason, DocumentTest | null][]
		).flatMap(([reason, test]) => (test === null ? [] : [[reason, test]]));
	}

	hasEnough(): boolean {
		return this.#room <= 0;
	}

	/** Those of a batch that are wanted. */
	choose(batch: Documents): Documents {
		const count = batch.positions.length;
		const kept: number[] = [];
		for (let document = 0; document < count; document++) {
			const number = this.#seen++;
			if (this.#repeats[this.#nextRepeat] === number) {
				this.#nextRepeat++;
				this.#leaveOut("dedupe");
				continue;
			}
			const failed = this.#tests.find(([, test]) => !test(batch, document));
			if (failed !== undefined) this.#leaveOut(failed[0]);
			else if (kept.length < this.#room) kept.push(document);
			else this.#leaveOut("limit");
		}
		this.#room -= kept.length;
		if (kept.length === count) return batch;
		const select = <T>(values: readonly T[]) => kept.map((i) => values[i]);
		return {
			...batch,
			texts: selectTexts(batch.texts, kept),
			marks: batch.marks === null ? null : selectMarks(batch.marks, kept),
			ids: select(batch.ids),
			hashes: batch.hashes === null ? null : selectHashes(batch.hashes, kept),
			...(batch.measured && {
				measured: Int32Array.from(kept, (i) => batch.measured?.[i] ?? 0),
			}),
			positions: select(batch.positions),
			numbers: select(batch.numbers),
			...(batch.facts && { facts: selectColumns(batch.facts, kept) }),
			...(batch.noted && { noted: selectColumns(batch.noted, kept) }),
			...(batch.carried && { carried: select(batch.carried) }),
		};
	}

	#leaveOut(reason: Reason): void {
		this.leftOut[reason] = (this.leftOut[reason] ?? 0) + 1;
	}
}
