import { DataError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import type { Draft } from "./draft.js";
import { type KeyedGrouping, type RunGrouping, together } from "./grouping.js";
import type { StepRunner } from "./run-steps.js";
import { Utf8Text } from "./utf8-text.js";

/** Characters of the texts of a group, at most: a composed text must fit into a string. */
const LARGEST_GROUP = 2 ** 28;

/**
 * Brings drafts together that have one key; groups come in the order of their first drafts.
 * `T` is what stands for a draft until its group is made.
 */
export class KeyedGroups<T> {
	readonly #grouping: KeyedGrouping;
	readonly #draftOf: (item: T) => Draft;
	readonly #groups = new Map<string, Group<T>>();

	constructor(grouping: KeyedGrouping, draftOf: (item: T) => Draft) {
		this.#grouping = grouping;
		this.#draftOf = draftOf;
	}

	/** @param length Of its texts, in bytes or UTF-16 units. @throws DataError `too-large-group` */
	add(key: string, item: T, length: number): void {
		let group = this.#groups.get(key);
		if (group === undefined) {
			group = { items: [], length: 0 };
			this.#groups.set(key, group);
		}
		group.items.push(item);
		group.length += length;
		if (group.length > LARGEST_GROUP)
			throw new DataError(
				"too-large-group",
				`the records of the group ${quoted(key)} have more than ${LARGEST_GROUP} characters, which are composed in memory: group by something finer.`,
			);
	}

	*drafts(runner: StepRunner): Generator<Draft> {
		const { split } = this.#grouping;
		for (const [key, { items }] of this.#groups) {
			runner.count("groups");
			const drafts = items.map(this.#draftOf);
			this.#groups.set(key, { items: [], length: 0 });
			if (split === undefined) yield together(key, `\n${key}`, drafts);
			else yield* split(key, drafts, runner.count);
		}
	}
}

interface Group<T> {
	items: T[];
	length: number;
}

/** Brings drafts together that follow each other. */
export class RunGroups {
	readonly #grouping: RunGrouping;
	readonly #runner: StepRunner;
	#open: Draft[] = [];
	/** How many of these have texts of their own. */
	#kept = 0;
	#takes: (draft: Draft) => boolean;

	constructor(grouping: RunGrouping, runner: StepRunner) {
		this.#grouping = grouping;
		this.#runner = runner;
		this.#takes = grouping.begin(runner.lengthOf);
	}

	/** Takes a draft; gives the group that it ends, or null. */
	add(draft: Draft): Draft | null {
		if (this.#takes(draft)) {
			this.#open.push(draft);
			return null;
		}
		const group = this.end();
		this.#takes(draft);
		this.#open.push(draft);
		return group;
	}

	/** Keeps the texts of the group that is open: what they are views of is about to change. */
	keep(): void {
		for (; this.#kept < this.#open.length; this.#kept++)
			for (const { text } of this.#open[this.#kept].pieces)
				if (text instanceof Utf8Text) text.keep();
	}

	/** The group that is open, which ends; null: there is none. */
	end(): Draft | null {
		const drafts = this.#open;
		this.#open = [];
		this.#kept = 0;
		this.#takes = this.#grouping.begin(this.#runner.lengthOf);
		if (drafts.length === 0) return null;
		this.#runner.count("groups");
		const [{ id, place }] = drafts;
		return together(id, place, drafts);
	}
}
