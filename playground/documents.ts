import { createRandom, DataError, UsageError } from "seqpack/pack";
import type { State } from "./state.js";

/** Characters of text that the page takes. */
export const MOST_TEXT = 1_000_000;
const MOST_DOCUMENTS = 100_000;
const MOST_TOKENS = 2 ** 30;
const LONGEST = 2 ** 27;

/** Documents of a text: JSON Lines where it begins with a brace, else what stands between blank lines. */
export function documentsOf(text: string): string[] {
	const documents = text.trimStart().startsWith("{")
		? jsonLines(text)
		: text.split(/\n[^\S\n]*\n\s*/).map((part) => part.trim());
	const kept = documents.filter((document) => document !== "");
	if (kept.length === 0)
		throw new DataError("no-documents", "There is no text: paste some.");
	if (kept.length > MOST_DOCUMENTS) throw tooMany(kept.length);
	return kept;
}

function jsonLines(text: string): string[] {
	const documents: string[] = [];
	for (const [i, line] of text.split("\n").entries()) {
		if (line.trim() === "") continue;
		let record: unknown;
		try {
			record = JSON.parse(line);
		} catch {
			throw new DataError(
				"bad-json",
				`Line ${i + 1} is not JSON: give an object a line, such as {"text": "..."}.`,
			);
		}
		const found = (record as { text?: unknown } | null)?.text;
		if (typeof found !== "string")
			throw new DataError(
				"no-text",
				`Line ${i + 1} has no "text" that is a string.`,
			);
		documents.push(found);
	}
	return documents;
}

/** Numbers with anything between them that is no part of one. */
export function lengthsOf(text: string): Int32Array {
	const parts = text.split(/[\s,;[\]]+/).filter((part) => part !== "");
	if (parts.length === 0)
		throw new DataError("no-documents", "There are no lengths: give some.");
	if (parts.length > MOST_DOCUMENTS) throw tooMany(parts.length);
	return checked(
		Int32Array.from(parts, (part) => {
			const length = Number(part);
			if (!/^\d+$/.test(part) || length > LONGEST)
				throw new DataError(
					"bad-length",
					`"${part.slice(0, 40)}" is no length: give whole numbers from 0 to ${LONGEST}.`,
				);
			return length;
		}),
	);
}

/** Lengths whose logarithms are normally distributed, as those of web pages nearly are. */
export function drawnLengths(state: State): Int32Array {
	const count = within(state, "count", "Documents", 1, MOST_DOCUMENTS);
	const median = within(state, "median", "Median length", 1, 1_000_000);
	const spread = within(state, "spread", "Spread", 0, 4);
	const seed = within(state, "seed", "Seed", 0, 2 ** 31);
	const random = createRandom(Math.floor(seed));
	const uniform = () => (random() + 0.5) / 2 ** 32;
	const lengths = new Int32Array(Math.floor(count));
	for (let i = 0; i < lengths.length; i++) {
		const normal =
			Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
		const length = Math.round(median * Math.exp(spread * normal));
		lengths[i] = Math.min(Math.max(1, length), LONGEST);
	}
	return checked(lengths);
}

/** The number of a control. @throws UsageError */
export function within(
	state: State,
	name: string,
	label: string,
	least: number,
	most: number,
): number {
	const value = Number(state[name] || Number.NaN);
	if (value >= least && value <= most) return value;
	throw new UsageError(
		"bad-option",
		`${label}: give a number from ${least} to ${most}.`,
	);
}

function checked(lengths: Int32Array): Int32Array {
	const tokens = lengths.reduce((sum, length) => sum + length, 0);
	if (tokens > MOST_TOKENS)
		throw new DataError(
			"too-many-tokens",
			`The documents have ${tokens} tokens together, and the page takes ${MOST_TOKENS}: give fewer or shorter ones.`,
		);
	return lengths;
}

function tooMany(documents: number): DataError {
	return new DataError(
		"too-many-documents",
		`There are ${documents} documents, and the page takes ${MOST_DOCUMENTS}: give fewer.`,
	);
}
