import type { Component } from "../component.js";
import type { Finder } from "../patterns/finder.js";
import { type TakePiece, takePart } from "./pre-tokenizer.js";

/** What becomes of what a pattern matches. */
export const behaviours = [
	"Removed",
	"Isolated",
	"MergedWithPrevious",
	"MergedWithNext",
	"Contiguous",
] as const;
export type Behaviour = (typeof behaviours)[number];

/** Reads the behaviour of a component. */
export function readBehaviour(
	component: Component,
	fallback?: Behaviour,
): Behaviour {
	return component.choice("behavior", behaviours, fallback);
}

/**
 * Cuts a piece by the matches of a pattern, as the Rust library does: empty matches end what is
 * merged, though no piece is empty.
 * @param isInverted Whether what lies between matches is treated as the matches, and these as that.
 */
export function splitByMatches(
	text: string,
	first: number,
	finder: Finder,
	behaviour: Behaviour,
	isInverted: boolean,
	take: TakePiece,
): void {
	const merger = new Merger(text, first, behaviour, take);
	let done = 0;
	finder.begin(text);
	while (finder.next()) {
		if (finder.start !== done) merger.add(done, finder.start, isInverted);
		merger.add(finder.start, finder.end, !isInverted);
		done = finder.end;
	}
	if (done !== text.length) merger.add(done, text.length, isInverted);
	merger.end();
}

/** Joins parts of a text that follow each other. */
class Merger {
	readonly #text: string;
	readonly #first: number;
	readonly #behaviour: Behaviour;
	readonly #take: TakePiece;
	#begin = 0;
	#end = 0;
	#isHeld = false;
	#wasMatch = false;

	constructor(
		text: string,
		first: number,
		behaviour: Behaviour,
		take: TakePiece,
	) {
		this.#text = text;
		this.#first = first;
		this.#behaviour = behaviour;
		this.#take = take;
	}

	add(begin: number, end: number, isMatch: boolean): void {
		if (this.#behaviour === "Removed") {
			if (!isMatch) takePart(this.#text, this.#first, begin, end, this.#take);
			return;
		}
		if (this.#isHeld && this.#joins(isMatch)) this.#end = end;
		else {
			this.end();
			this.#begin = begin;
			this.#end = end;
			this.#isHeld = true;
		}
		this.#wasMatch = isMatch;
	}

	/** Gives what is held. */
	end(): void {
		if (this.#isHeld)
			takePart(this.#text, this.#first, this.#begin, this.#end, this.#take);
		this.#isHeld = false;
	}

	/** Whether a part belongs to the one before. */
	#joins(isMatch: boolean): boolean {
		switch (this.#behaviour) {
			case "Contiguous":
				return isMatch === this.#wasMatch;
			case "MergedWithPrevious":
				return isMatch && !this.#wasMatch;
			case "MergedWithNext":
				return !isMatch && this.#wasMatch;
			default:
				return false;
		}
	}
}
