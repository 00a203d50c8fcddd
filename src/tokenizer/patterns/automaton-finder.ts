import type { SplitAutomaton } from "../split-automaton.js";
import type { Finder } from "./finder.js";

const AT_END = 255;
const ASCII = 128;

/** Finds matches by an automaton. */
export class AutomatonFinder implements Finder {
	start = 0;
	end = 0;
	readonly #automaton: SplitAutomaton;
	#text = "";

	constructor(automaton: SplitAutomaton) {
		this.#automaton = automaton;
	}

	begin(text: string): void {
		this.#text = text;
		this.end = 0;
	}

	next(): boolean {
		const { rows, first, matching, pages, classes } = this.#automaton;
		const text = this.#text;
		const { length } = text;
		for (let start = this.end; start < length; ) {
			let row = first;
			let last = -1;
			let at = start;
			/** The end of the first character. */
			let second = start + 1;
			while (at < length) {
				let point = text.charCodeAt(at);
				let size = 1;
				if ((point & 0xfc00) === 0xd800) {
					point = text.codePointAt(at) as number;
					if (point > 0xffff) size = 2;
				}
				row =
					rows[
						(row >> 2) +
							(point < ASCII
								? point
								: ASCII + classes[(pages[point >> 8] << 8) | (point & 255)])
					];
				if (row >= matching) last = at;
				if (at === start) second = start + size;
				if (row & 1) break;
				at += size;
			}
			if (at >= length && !(row & 1) && rows[(row >> 2) + AT_END] >= matching)
				last = length;
			if (last > start) {
				this.start = start;
				this.end = last;
				return true;
			}
			start = second;
		}
		this.end = length;
		return false;
	}
}
