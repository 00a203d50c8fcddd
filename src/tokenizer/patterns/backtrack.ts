import { DataError } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import { foldOf } from "./case-folding.js";
import { SearchFinder } from "./finder.js";
import { OP, type Program } from "./program.js";

/** Steps of a text before it is noted which have failed: most texts need no notes. */
const FREE_STEPS = 4096;
/** Steps that may be taken where notes cannot help, for each character and beside. */
const MOST_STEPS_BESIDE = 5_000_000;
const MOST_STEPS_EACH = 50;

/** Positions that notes are kept for together. */
const PAGE = 256;
/** What is noted of a step at a position. */
const NOTE = { failed: 1, matched: 2, matchedTo: 3 } as const;
const MOST_ENDS = 1 << 20;
/** Bytes of notes that are kept at a time, and steps for each character with them: only patterns with many steps need more. */
const MOST_NOTES = 1 << 28;
const MOST_NOTED_STEPS_EACH = 500;

/** Entries of the stack: step, position, loops that have taken no text yet, and what is left of it. */
const ENTRY = 4;
const LEFT = {
	/** The second way is to be tried, and nothing was noted. */
	second: 0,
	/** The second way is to be tried; a note was made. */
	secondNoted: 1,
	/** Both ways were tried; a note was made. */
	noted: 2,
	/** A group is to be set back: number, its start and its end. */
	group: 3,
	/** A start of a group is to be set back. */
	groupStart: 4,
	keep: 5,
} as const;

/**
 * A backtracking matcher that finds what Oniguruma finds. After some steps it notes which of them have
 * failed at which position, and takes none twice, so that the time is bounded by the length of the
 * pattern times that of the text. Where a match depends on groups, steps are counted instead.
 */
export class BacktrackFinder extends SearchFinder {
	readonly #program: Program;
	readonly #pattern: string;
	readonly #stride: number;
	readonly #allBits: number;
	#stack = new Int32Array(1024);
	#top = 0;
	#steps = 0;
	#mostNoted = 0;
	#isNoting = false;
	#pages: (Uint8Array | undefined)[] = [];
	#released = 0;
	/** Bytes of notes. */
	#noted = 0;
	/** Where an atomic part ends that begins with a step at a position. */
	readonly #ends = new Map<number, number>();
	readonly #groups: Int32Array;
	readonly #groupStarts: Int32Array;
	#kept = -1;
	#searchStart = 0;
	/** The run of characters of a set that was found last: for each step its start and its end. */
	readonly #runs: Int32Array;

	constructor(program: Program, pattern: string) {
		super();
		this.#program = program;
		this.#pattern = pattern;
		this.#stride = program.splits << program.loopDepth;
		this.#allBits = (1 << program.loopDepth) - 1;
		this.#groups = new Int32Array(2 * (program.groups + 1));
		this.#groupStarts = new Int32Array(program.groups + 1);
		this.#runs = new Int32Array(2 * program.ops.length).fill(-1);
	}

	override begin(text: string): void {
		super.begin(text);
		this.#steps = 0;
		this.#mostNoted = MOST_STEPS_BESIDE + MOST_NOTED_STEPS_EACH * text.length;
		this.#forget();
		this.#isNoting = false;
	}

	protected override search(from: number): boolean {
		const { start, starts, alphabet, usesSearchStart, looksBehind, remembers } =
			this.#program;
		const { text } = this;
		this.#searchStart = from;
		if (usesSearchStart && this.#isNoting) this.#forget();
		for (let at = from; at <= text.length; ) {
			const point = at < text.length ? (text.codePointAt(at) as number) : -1;
			const isPossible =
				starts === null ||
				(point !== -1 &&
					starts[
						alphabet.classes[alphabet.pages[point >> 8] + (point & 255)]
					] === 1);
			if (isPossible) {
				if (this.#isNoting && !looksBehind) this.#release(at);
				if (remembers) {
					this.#groups.fill(-1);
					this.#kept = -1;
				}
				const end = this.#run(start, at, NOTE.failed);
				if (end !== -1) {
					this.start = this.#kept === -1 ? at : this.#kept;
					this.end = end;
					this.#top = 0;
					return true;
				}
			}
			at += point > 0xffff ? 2 : 1;
		}
		return false;
	}

	#forget(): void {
		this.#pages = [];
		this.#released = 0;
		this.#noted = 0;
		this.#ends.clear();
		this.#runs.fill(-1);
	}

	/** Lets go of notes before a position. */
	#release(at: number): void {
		const page = Math.floor(at / PAGE);
		for (; this.#released < page; this.#released++) {
			this.#noted -= this.#pages[this.#released]?.length ?? 0;
			this.#pages[this.#released] = undefined;
		}
	}

	#page(at: number): Uint8Array {
		const page = Math.floor(at / PAGE);
		let notes = this.#pages[page];
		if (notes === undefined) {
			this.#noted += PAGE * this.#stride;
			if (this.#noted > MOST_NOTES) throw this.#tooLong();
			notes = new Uint8Array(PAGE * this.#stride);
			this.#pages[page] = notes;
		}
		return notes;
	}

	#push(step: number, at: number, bits: number, left: number): void {
		if (this.#top + ENTRY > this.#stack.length) {
			const larger = new Int32Array(this.#stack.length * 2);
			larger.set(this.#stack);
			this.#stack = larger;
		}
		const top = this.#top;
		this.#stack[top] = step;
		this.#stack[top + 1] = at;
		this.#stack[top + 2] = bits;
		this.#stack[top + 3] = left;
		this.#top = top + ENTRY;
	}

	#noteIndex(step: number, at: number, bits: number): number {
		const { z, loopDepth } = this.#program;
		return (at % PAGE) * this.#stride + ((z[step] << loopDepth) | bits);
	}

	/**
	 * Where the match ends that is found first from a step and a position on; -1: there is none.
	 * @param onMatch What to note of the steps that led to it: nothing (`failed`), that they match, or
	 *   to where they do.
	 */
	#run(from: number, start: number, onMatch: number): number {
		const { ops, x, y, z, alphabet } = this.#program;
		const { pages, classes, members } = alphabet;
		const { text } = this;
		const { length } = text;
		const allBits = this.#allBits;
		const base = this.#top;
		let step = from;
		let at = start;
		let bits = allBits;
		let end = -1;
		for (;;) {
			let isFailed = false;
			switch (ops[step]) {
				case OP.set: {
					if (at >= length) {
						isFailed = true;
						break;
					}
					const unit = text.charCodeAt(at);
					const point =
						(unit & 0xfc00) === 0xd800
							? (text.codePointAt(at) as number)
							: unit;
					if (members[x[step] + classes[pages[point >> 8] + (point & 255)]]) {
						at += point > 0xffff ? 2 : 1;
						bits = allBits;
						step = y[step];
					} else isFailed = true;
					break;
				}
				case OP.setBehind: {
					const point = this.#pointBefore(at);
					if (
						point !== -1 &&
						members[x[step] + classes[pages[point >> 8] + (point & 255)]]
					) {
						at -= point > 0xffff ? 2 : 1;
						bits = allBits;
						step = y[step];
					} else isFailed = true;
					break;
				}
				case OP.split: {
					this.#steps++;
					if (!this.#isNoting) {
						this.#push(step, at, bits, LEFT.second);
						step = x[step];
						if (this.#steps > FREE_STEPS + 4 * length) this.#manySteps();
						break;
					}
					if (this.#steps > this.#mostNoted) throw this.#tooLong();
					const notes = this.#page(at);
					const index = this.#noteIndex(step, at, bits);
					const note = notes[index];
					if (note === 0) {
						notes[index] = NOTE.failed;
						this.#push(step, at, bits, LEFT.secondNoted);
						step = x[step];
					} else if (note === NOTE.failed) isFailed = true;
					else if (note === NOTE.matched) end = at;
					else end = this.#ends.get(this.#endKey(step, at, bits)) as number;
					break;
				}
				case OP.match:
					end = at;
					break;
				case OP.place:
					if (this.#isPlace(x[step], at)) step = y[step];
					else isFailed = true;
					break;
				case OP.border: {
					const before = this.#isMember(x[step], this.#pointBefore(at));
					const after = this.#isMember(
						x[step],
						at < length ? (text.codePointAt(at) as number) : -1,
					);
					if ((before !== after) === (z[step] === 0)) step = y[step];
					else isFailed = true;
					break;
				}
				case OP.look: {
					const top = this.#top;
					const found = this.#run(x[step], at, NOTE.matched) !== -1;
					if (z[step] === 1) this.#unwind(top);
					if (found === (z[step] === 0)) step = y[step];
					else isFailed = true;
					break;
				}
				case OP.atomic: {
					const after = this.#run(x[step], at, NOTE.matchedTo);
					if (after === -1) {
						isFailed = true;
						break;
					}
					if (after > at) bits = allBits;
					at = after;
					step = y[step];
					break;
				}
				case OP.run: {
					const after = this.#endOfRun(step, at);
					if (after > at) bits = allBits;
					at = after;
					step = y[step];
					break;
				}
				case OP.round:
					bits &= ~x[step];
					step = y[step];
					break;
				case OP.roundEnd: {
					const tookText = (bits & x[step]) !== 0;
					bits |= x[step];
					step = tookText ? y[step] : z[step];
					break;
				}
				case OP.groupStart:
					this.#push(x[step], this.#groupStarts[x[step]], 0, LEFT.groupStart);
					this.#groupStarts[x[step]] = at;
					step = y[step];
					break;
				case OP.groupEnd: {
					const group = x[step];
					this.#push(
						group,
						this.#groups[2 * group],
						this.#groups[2 * group + 1],
						LEFT.group,
					);
					this.#groups[2 * group] = this.#groupStarts[group];
					this.#groups[2 * group + 1] = at;
					step = y[step];
					break;
				}
				case OP.sameAgain: {
					const after = this.#endOfSame(x[step], at, z[step] === 1);
					if (after === -1) {
						isFailed = true;
						break;
					}
					if (after > at) bits = allBits;
					at = after;
					step = y[step];
					break;
				}
				case OP.keep:
					this.#push(0, this.#kept, 0, LEFT.keep);
					this.#kept = at;
					step = y[step];
					break;
			}
			if (end !== -1) {
				this.#matched(base, end, onMatch);
				return end;
			}
			if (!isFailed) continue;
			// Back to the last step that has another way.
			for (;;) {
				if (this.#top === base) return -1;
				const top = this.#top - ENTRY;
				const left = this.#stack[top + 3];
				if (left === LEFT.second || left === LEFT.secondNoted) {
					step = this.#stack[top];
					at = this.#stack[top + 1];
					bits = this.#stack[top + 2];
					if (left === LEFT.secondNoted) this.#stack[top + 3] = LEFT.noted;
					else this.#top = top;
					step = y[step];
					break;
				}
				this.#top = top;
				this.#setBack(top);
			}
		}
	}

	/** Sees to the notes of the steps that have led to a match, and forgets their other ways. */
	#matched(base: number, end: number, onMatch: number): void {
		let kept = base;
		for (let i = base; i < this.#top; i += ENTRY) {
			const left = this.#stack[i + 3];
			if (left === LEFT.second) continue;
			if (left === LEFT.secondNoted || left === LEFT.noted) {
				const step = this.#stack[i];
				const at = this.#stack[i + 1];
				const bits = this.#stack[i + 2];
				if (onMatch === NOTE.matchedTo) {
					if (this.#ends.size >= MOST_ENDS) this.#forget();
					this.#ends.set(this.#endKey(step, at, bits), end);
				}
				this.#page(at)[this.#noteIndex(step, at, bits)] =
					onMatch === NOTE.failed ? 0 : onMatch;
				continue;
			}
			// What groups matched is set back when what follows fails.
			this.#stack.copyWithin(kept, i, i + ENTRY);
			kept += ENTRY;
		}
		this.#top = kept;
	}

	#endKey(step: number, at: number, bits: number): number {
		return (
			at * this.#stride +
			((this.#program.z[step] << this.#program.loopDepth) | bits)
		);
	}

	#unwind(base: number): void {
		while (this.#top > base) {
			this.#top -= ENTRY;
			this.#setBack(this.#top);
		}
	}

	#setBack(entry: number): void {
		const first = this.#stack[entry];
		const second = this.#stack[entry + 1];
		const third = this.#stack[entry + 2];
		const left = this.#stack[entry + 3];
		if (left === LEFT.group) {
			this.#groups[2 * first] = second;
			this.#groups[2 * first + 1] = third;
		} else if (left === LEFT.groupStart) this.#groupStarts[first] = second;
		else if (left === LEFT.keep) this.#kept = second;
	}

	/** Begins to note what fails, or gives up where that cannot help. */
	#manySteps(): void {
		if (!this.#program.remembers) {
			this.#isNoting = true;
			return;
		}
		const most = MOST_STEPS_BESIDE + MOST_STEPS_EACH * this.text.length;
		if (this.#steps > most) throw this.#tooLong();
	}

	#tooLong(): DataError {
		return new DataError(
			"pattern-takes-too-long",
			`the pattern ${quoted(this.#pattern)} takes too long, or too much memory, on a text of ${this.text.length} characters: it was given up after ${this.#steps} steps. Use a pattern without back references and large repetitions, or shorter texts.`,
		);
	}

	#pointBefore(at: number): number {
		if (at <= 0) return -1;
		const unit = this.text.charCodeAt(at - 1);
		if ((unit & 0xfc00) === 0xdc00 && at > 1) {
			const point = this.text.codePointAt(at - 2) as number;
			if (point > 0xffff) return point;
		}
		return unit;
	}

	#isMember(set: number, point: number): boolean {
		if (point === -1) return false;
		const { pages, classes, members } = this.#program.alphabet;
		return members[set + classes[pages[point >> 8] + (point & 255)]] === 1;
	}

	#isPlace(place: number, at: number): boolean {
		const { text } = this;
		switch (place) {
			case 0:
				return at === 0;
			case 1:
				return at === text.length;
			case 2:
				return (
					at === text.length ||
					(at === text.length - 1 && text.charCodeAt(at) === 0x0a)
				);
			case 3:
				return (
					at === 0 || (at < text.length && text.charCodeAt(at - 1) === 0x0a)
				);
			case 4:
				return at === text.length || text.charCodeAt(at) === 0x0a;
			default:
				return at === this.#searchStart;
		}
	}

	#endOfRun(step: number, at: number): number {
		const runs = this.#runs;
		if (runs[2 * step] <= at && at <= runs[2 * step + 1])
			return runs[2 * step + 1];
		const set = this.#program.x[step];
		let end = at;
		while (end < this.text.length) {
			// It was found from there on: matchers that go back come to each position.
			if (end === runs[2 * step]) {
				end = runs[2 * step + 1];
				break;
			}
			const point = this.text.codePointAt(end) as number;
			if (!this.#isMember(set, point)) break;
			end += point > 0xffff ? 2 : 1;
		}
		runs[2 * step] = at;
		runs[2 * step + 1] = end;
		return end;
	}

	/** The end of what one of the groups has matched, here again; -1: it is not here. */
	#endOfSame(list: number, at: number, foldsCase: boolean): number {
		for (const group of this.#program.groupLists[list]) {
			const start = this.#groups[2 * group];
			if (start === -1) continue;
			const length = this.#groups[2 * group + 1] - start;
			if (!foldsCase) {
				if (this.#isSame(start, at, length)) return at + length;
				continue;
			}
			this.#steps += length;
			const end = this.#endOfFolded(this.text.slice(start, start + length), at);
			if (end !== -1) return end;
		}
		return -1;
	}

	#isSame(start: number, at: number, length: number): boolean {
		this.#steps++;
		if (at + length > this.text.length) return false;
		for (let i = 0; i < length; i++) {
			if (this.text.charCodeAt(start + i) !== this.text.charCodeAt(at + i))
				return false;
			this.#steps++;
		}
		return true;
	}

	#endOfFolded(due: string, at: number): number {
		const wanted = [...due].flatMap((c) => foldOf(c.codePointAt(0) as number));
		let end = at;
		for (let i = 0; i < wanted.length; ) {
			if (end >= this.text.length) return -1;
			const point = this.text.codePointAt(end) as number;
			for (const folded of foldOf(point)) if (wanted[i++] !== folded) return -1;
			end += point > 0xffff ? 2 : 1;
		}
		return end;
	}
}
