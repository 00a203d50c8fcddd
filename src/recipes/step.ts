import type { OptionTable, Resolved } from "../core/option.js";
import type { Random } from "../core/random.js";
import type { Draft } from "./draft.js";
import type { LengthOf, LengthUnit } from "./lengths.js";

/** What becomes of each draft on its way through a recipe. A new step is a file in `steps/`, and a line in `steps.ts`. */
export interface Step<T extends OptionTable = OptionTable> {
	readonly meaning: string;
	/** What it can be told, by the names of the library; recipes spell them `per-limit`. */
	readonly options: T;
	/** Settings that may be `@FILE` in the recipe: a list of the file's records, or of its lines. */
	readonly lists?: readonly string[];
	/** Whether it draws from a group of records, which must stand before it. */
	readonly wantsGroup?: boolean;
	/** Whether it must be the last. */
	readonly isLast?: boolean;
	/**
	 * @param where What it is called in messages.
	 * @throws UsageError `bad-recipe`
	 */
	prepare(settings: Resolved<T>, where: string): PreparedStep;
}

/** A step that is ready to work. */
export interface PreparedStep {
	/** Fields of records that it looks at. */
	readonly fields: readonly string[];
	/** Whether it says who speaks, or that some pieces are not trained on; left out: neither. */
	readonly makes?: { messages?: boolean; masks?: boolean };
	/** Whether it gives records a text that had none. */
	readonly makesText?: boolean;
	/** Units that it counts lengths in. */
	readonly unit?: LengthUnit;
	/** Chooses some drafts among all before any is changed; left out: it looks at each alone. */
	readonly choice?: Choice;
	/** @throws DataError with one of `composeReasons` */
	apply(draft: Draft, context: StepContext): readonly Draft[];
}

/** How a step chooses drafts among all: those that chance puts first. */
export interface Choice {
	/** How many it needs; fewer are an error. */
	readonly wanted: number;
	/** What they are wanted for, in words. */
	readonly what: string;
	isEligible(draft: Draft, context: StepContext): boolean;
}

/** What a step is given beside the draft. */
export interface StepContext {
	/** A stream of numbers of this draft and step alone. */
	random(): Random;
	lengthOf(unit: LengthUnit): LengthOf;
	/** Counts what is worth telling. */
	count(what: string, by?: number): void;
	/** The draft's place among those that the step has chosen; null: it is none. */
	chosen: number | null;
	/** Notes a span that was put into the draft. */
	inject(span: InjectedSpan): void;
}

/** A span of text that was put into a composed record. */
export interface InjectedSpan {
	/** Its id, or its number from 0. */
	trap: string;
	/** The id of the composed record. */
	document: string;
	/** Where it begins there, in characters (code points). */
	offset: number;
	/** The how many-th time that it stands there, from 1. */
	repetition: number;
}
