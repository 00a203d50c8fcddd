import { sum } from "../../core/arithmetic.js";
import type { Int32Buffer } from "../../core/buffers.js";
import { decomposeDocuments } from "../../decompose/decompose-documents.js";
import type { DroppedTokens } from "../../decompose/dropped.js";
import type { Pieces } from "../../decompose/pieces.js";
import { packDocuments } from "../../pack/pack-documents.js";
import type { PackerName } from "../../pack/packers.js";
import type { Advice } from "./figures.js";

type Choice = Advice["choices"][number];

/** Lengths of rows that are tried. */
const ROWS = [512, 1024, 2048, 4096, 8192, 16384, 32768];
/** Packers that are tried: those that keep documents whole where a row holds them, and those that do not. */
const KEEPING: PackerName[] = [
	"best-fit-decreasing",
	"shortest-pack-first",
	"padded",
];
const CUTTING: PackerName[] = ["best-fit-packing", "concat"];
/** The shortest bucket is one of these. */
const SHORTEST = [32, 64, 128, 256, 512];

/** The share of documents that rows of the recommended length cut, at most, where any does. */
const MOST_CUT = 0.05;
/** The share of tokens that the shortest bucket may leave out. */
const MOST_LEFT = 0.01;
/** Documents that are packed to find out. */
const MOST_DOCUMENTS = 1 << 16;

/**
 * What to build of documents with some lengths: the shortest row that cuts at most one document in twenty;
 * of the packers that cut no document which a row holds, the one with least padding; and as the shortest
 * bucket the longest one that leaves out at most a hundredth of the tokens.
 * @param groups Lengths, and how many documents each stands for.
 * @returns null where no document has a token
 */
export function advise(
	groups: readonly { lengths: Int32Buffer; weight: number }[],
): Advice | null {
	const lengths = drawn(groups);
	const tokens = sum(lengths);
	if (tokens === 0) return null;
	const cutBy = (row: number) =>
		lengths.filter((length) => length > row).length / lengths.length;
	const seqLen =
		ROWS.find((row) => cutBy(row) <= MOST_CUT) ?? ROWS[ROWS.length - 1];
	const packs = ROWS.flatMap((row) =>
		[...KEEPING, ...CUTTING].map((packer) => packed(lengths, row, packer)),
	);
	const ofRow = (names: readonly string[]) =>
		packs.filter(
			(choice) => choice.seqLen === seqLen && names.includes(choice.packer),
		);
	const [best] = ofRow(KEEPING).sort((a, b) => a.padding - b.padding);
	const buckets = ROWS.map((row) => bucketed(lengths, row));
	const own = buckets.find(({ choice }) => choice.seqLen === seqLen);
	return {
		...{ layout: best.layout, seqLen, packer: best.packer },
		buckets: `${own?.shortest}..${seqLen}`,
		why: whyOf(seqLen, cutBy(seqLen), best, own?.left ?? 0),
		choices: [...packs, ...buckets.map(({ choice }) => choice)],
	};
}

function whyOf(
	seqLen: number,
	cut: number,
	{ packer, padding }: Choice,
	left: number,
): string {
	const isEnough = cut <= MOST_CUT;
	const row = isEnough
		? `${seqLen} is the shortest row length tried that cuts at most ${percent(MOST_CUT)} of the documents (${percent(cut)})`
		: `even rows of ${seqLen}, the longest tried, cut ${percent(cut)} of the documents`;
	return `${row}; ${packer} keeps whole what fits and pads ${percent(padding)}; the shortest bucket leaves out ${percent(left)} of the tokens`;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

function packed(
	lengths: Int32Array,
	seqLen: number,
	packer: PackerName,
): Choice {
	const { pieces, packing, dropped } = packDocuments(lengths, seqLen, {
		packer,
	});
	const rows = packing.packOffsets.length - 1;
	const held = sum(pieces.length);
	return {
		...{ layout: "packed", seqLen, packer },
		padding: rows === 0 ? 0 : 1 - held / (rows * seqLen),
		...costsOf(lengths, pieces, dropped, seqLen),
	};
}

/** Buckets up to a length, with the longest shortest one that leaves little out. */
function bucketed(lengths: Int32Array, seqLen: number) {
	const tried = SHORTEST.filter((shortest) => shortest <= seqLen)
		.reverse()
		.map((minLength) => {
			const cut = { name: "binary" as const, minLength, maxLength: seqLen };
			const { pieces, dropped } = decomposeDocuments(lengths, cut);
			const left = sum(dropped.tokens) / sum(lengths);
			return { minLength, pieces, dropped, left };
		});
	const chosen =
		tried.find(({ left }) => left <= MOST_LEFT) ?? tried[tried.length - 1];
	const { minLength, pieces, dropped, left } = chosen;
	const choice: Choice = {
		...{ layout: "buckets", seqLen, packer: "padded", padding: 0 },
		...costsOf(lengths, pieces, dropped, seqLen),
	};
	return { shortest: minLength, left, choice };
}

/** The share of documents that are cut, and what attention costs. */
function costsOf(
	lengths: Int32Array,
	pieces: Pieces,
	dropped: DroppedTokens,
	seqLen: number,
): Pick<Choice, "truncation" | "attention"> {
	const sequences = new Int32Array(lengths.length);
	for (const document of pieces.document) sequences[document]++;
	let cut = 0;
	for (let d = 0; d < lengths.length; d++)
		if (sequences[d] > 1 || dropped.tokens[d] > 0) cut++;
	let squares = 0;
	for (const length of pieces.length) squares += length * length;
	const held = sum(pieces.length);
	return {
		truncation: cut / lengths.length,
		attention: held === 0 ? 0 : squares / (held * seqLen),
	};
}

/** Lengths of documents as they are in the whole: of groups that stand for more, more. */
function drawn(
	groups: readonly { lengths: Int32Buffer; weight: number }[],
): Int32Array {
	const used = groups.filter(({ lengths }) => lengths.length > 0);
	const all = used.reduce(
		(sum, { lengths, weight }) => sum + lengths.length * weight,
		0,
	);
	const there = used.reduce((sum, { lengths }) => sum + lengths.length, 0);
	const isAlike = used.every(({ weight }) => weight === used[0].weight);
	const most = Math.min(there, MOST_DOCUMENTS);
	const parts = used.map(({ lengths, weight }) => {
		const share = (lengths.length * weight) / all;
		const count =
			isAlike && there <= MOST_DOCUMENTS
				? lengths.length
				: Math.max(1, Math.round(share * most));
		const view = lengths.view();
		return Int32Array.from(
			{ length: count },
			(_, i) => view[Math.floor(((i + 0.5) * view.length) / count)],
		);
	});
	const drawn = new Int32Array(sum(parts.map(({ length }) => length)));
	let at = 0;
	for (const part of parts) {
		drawn.set(part, at);
		at += part.length;
	}
	return drawn;
}
