import { UsageError } from "../core/errors.js";
import type { Draft } from "./draft.js";
import { hashOfText } from "./hash.js";
import type { NumberedStep } from "./recipe.js";
import type { Chosen, StepRunner } from "./run-steps.js";
import type { Choice } from "./step.js";

/** A draft that may be chosen, and what chance gives it: the smallest come first. */
export interface Drawn {
	place: string;
	key: [number, number];
}

/** Chooses among drafts, some of which it is shown after the other: those with the smallest keys. */
export class DraftChoice {
	readonly #step: NumberedStep;
	readonly #choice: Choice;
	readonly #seed: number;
	#drawn: Drawn[] = [];
	/** How many may be chosen. */
	eligible = 0;

	constructor(step: NumberedStep, seed: number) {
		this.#step = step;
		this.#choice = step.choice as Choice;
		this.#seed = seed;
	}

	show(draft: Draft, runner: StepRunner): void {
		const context = runner.contextOf(draft, this.#step);
		if (!this.#choice.isEligible(draft, context)) return;
		this.eligible++;
		const key = hashOfText(
			`${this.#seed}\n${this.#step.number}\n${draft.place}`,
		);
		this.add([{ place: draft.place, key }]);
	}

	add(drawn: readonly Drawn[]): void {
		for (const one of drawn) this.#drawn.push(one);
		if (this.#drawn.length >= 2 * this.#choice.wanted + 1024) this.#shorten();
	}

	/** The best so far, in their order. */
	drawn(): Drawn[] {
		this.#shorten();
		return this.#drawn;
	}

	/** @throws UsageError `too-few-records` */
	chosen(): Chosen {
		const { wanted, what } = this.#choice;
		if (this.eligible < wanted)
			throw new UsageError(
				"too-few-records",
				`there are ${wanted} ${what}, and ${this.eligible} records that can take one: give more records, fewer of these, or a smaller min-length.`,
			);
		return new Map(this.drawn().map(({ place }, i) => [place, i]));
	}

	#shorten(): void {
		this.#drawn.sort(
			(a, b) =>
				a.key[0] - b.key[0] ||
				a.key[1] - b.key[1] ||
				(a.place < b.place ? -1 : 1),
		);
		this.#drawn.length = Math.min(this.#drawn.length, this.#choice.wanted);
	}
}
