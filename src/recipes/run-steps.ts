import { DataError } from "../core/errors.js";
import { createRandom } from "../core/random.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { Draft } from "./draft.js";
import { composeReasons } from "./faults.js";
import { hashOfText } from "./hash.js";
import { type LengthOf, type LengthUnit, lengthIn } from "./lengths.js";
import type { NumberedStep } from "./recipe.js";
import type { InjectedSpan, StepContext } from "./step.js";

/** What recipes are run with. */
export interface RunSettings {
	seed: number;
	tokenizer: Tokenizer | null;
	/** Whether a record that cannot be composed ends the work, or is left out and counted. */
	onError: "stop" | "skip";
}

/** The drafts that a step has chosen, each with its place among them. */
export type Chosen = ReadonlyMap<string, number>;

/** Takes drafts through steps, and counts. */
export class StepRunner {
	readonly counts: Record<string, number> = {};
	/** Spans that were put in, and not yet taken. */
	injected: InjectedSpan[] = [];
	readonly #settings: RunSettings;
	readonly #chosen: Chosen;
	readonly #lengths = new Map<LengthUnit, LengthOf>();

	constructor(settings: RunSettings, chosen: Chosen = new Map()) {
		this.#settings = settings;
		this.#chosen = chosen;
	}

	readonly lengthOf = (unit: LengthUnit): LengthOf => {
		const known = this.#lengths.get(unit);
		if (known !== undefined) return known;
		const made = lengthIn(unit, this.#settings.tokenizer);
		this.#lengths.set(unit, made);
		return made;
	};

	readonly count = (what: string, by = 1): void => {
		if (by > 0) this.counts[what] = (this.counts[what] ?? 0) + by;
	};

	/** What a draft becomes by some steps, from one on. @throws DataError with one of `composeReasons` */
	*run(
		draft: Draft,
		steps: readonly NumberedStep[],
		from = 0,
	): Generator<Draft> {
		if (from === steps.length) {
			yield draft;
			return;
		}
		const step = steps[from];
		// One by one: many may come of one, and they need not be there at once.
		for (const each of this.attempt(
			() => step.apply(draft, this.contextOf(draft, step)),
			[],
		))
			if (from + 1 === steps.length) yield each;
			else yield* this.run(each, steps, from + 1);
	}

	/** Does what may find a record that cannot be composed. */
	attempt<T>(action: () => T, otherwise: T): T {
		if (this.#settings.onError === "stop") return action();
		try {
			return action();
		} catch (error) {
			if (
				!(error instanceof DataError) ||
				!Object.hasOwn(composeReasons, error.code)
			)
				throw error;
			this.count(error.code);
			return otherwise;
		}
	}

	contextOf({ place }: Draft, { number }: NumberedStep): StepContext {
		return {
			random: () =>
				createRandom(this.#settings.seed, number, ...hashOfText(place)),
			lengthOf: this.lengthOf,
			count: this.count,
			// Places are long to look up.
			chosen:
				this.#chosen.size === 0 ? null : (this.#chosen.get(place) ?? null),
			inject: this.#inject,
		};
	}

	readonly #inject = (span: InjectedSpan): void => {
		this.injected.push(span);
	};
}
