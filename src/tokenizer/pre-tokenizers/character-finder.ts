import { type CodePointSet, has } from "../code-points.js";
import type { Finder } from "../patterns/finder.js";

const ASCII = 128;

/** Finds each character of a set. */
export class CharacterFinder implements Finder {
	start = 0;
	end = 0;
	readonly #set: CodePointSet;
	readonly #ascii: Uint8Array;
	#text = "";

	constructor(set: CodePointSet) {
		this.#set = set;
		this.#ascii = Uint8Array.from({ length: ASCII }, (_, point) =>
			Number(has(set, point)),
		);
	}

	begin(text: string): void {
		this.#text = text;
		this.end = 0;
	}

	next(): boolean {
		const text = this.#text;
		for (let at = this.end; at < text.length; ) {
			const point = text.codePointAt(at) as number;
			const end = at + (point > 0xffff ? 2 : 1);
			if (point < ASCII ? this.#ascii[point] === 1 : has(this.#set, point)) {
				this.start = at;
				this.end = end;
				return true;
			}
			at = end;
		}
		return false;
	}
}
