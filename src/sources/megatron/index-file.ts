import type { InputFile, ReadableStorage } from "../source.js";
import { besideOf } from "../tokens/beside.js";
import type { BorderedTokens, TokenRange } from "../tokens/by-borders.js";
import { wrongBorders } from "../tokens/faults.js";
import { readExactly, readNumbers } from "../tokens/numbers.js";
import { type TokenType, tokenTypes } from "../tokens/token-type.js";

const MAGIC = "MMIDIDX\0\0";
const HEAD = 34;
/** By the code that stands for it; the others are of numbers that are not whole. */
const types: Readonly<Record<number, TokenType>> = {
	1: "uint8",
	2: "int8",
	3: "int16",
	4: "int32",
	5: "int64",
	8: "uint16",
};
/** Documents whose borders are read at once. */
const BLOCK = 1 << 12;

/**
 * Opens an index:
 *
 *     0   9    magic
 *     9   8    uint64, 1
 *     17  1    the code of the tokens' type
 *     18  8    uint64, how many sequences: S
 *     26  8    uint64, how many borders of documents: D, one more than there are documents
 *     34  4 S  int32, tokens of each sequence
 *         8 S  int64, the byte that each begins at
 *         8 D  int64, sequences before each border, from 0 to S
 *         S    int8, only where there are images
 *
 * A document is the tokens of its sequences.
 * @throws BadInput `wrong-borders`
 */
export async function megatronIndex(
	storage: ReadableStorage,
	file: InputFile,
): Promise<BorderedTokens> {
	const index = besideOf(file, ".idx");
	if (index === null)
		throw wrongBorders(
			file.path.replace(/bin$/, "idx"),
			"there is no such file",
		);
	const { path, size } = index;
	const head = await readExactly(storage, path, 0, HEAD);
	if (head.toString("latin1", 0, 9) !== MAGIC)
		throw wrongBorders(path, "it does not begin as an index of Megatron");
	if (head.length < HEAD)
		throw wrongBorders(path, `it ends inside its head, at byte ${size}`);
	const version = Number(head.readBigUInt64LE(9));
	if (version !== 1)
		throw wrongBorders(path, `its version is ${version}, and 1 is read`);
	const code = head[17];
	const type = types[code];
	if (type === undefined)
		throw wrongBorders(
			path,
			`its tokens are of type ${code}, which is none of whole numbers`,
		);
	const sequences = Number(head.readBigUInt64LE(18));
	const borders = Number(head.readBigUInt64LE(26));
	const due = HEAD + 12 * sequences + 8 * borders;
	if (borders === 0 || (size !== due && size !== due + sequences))
		throw wrongBorders(
			path,
			`it says that it has ${sequences} sequences and ${borders} borders of documents, which come to ${due} bytes, and it has ${size}`,
		);
	const { width } = tokenTypes[type];
	const lengthsOf = (from: number, to: number) =>
		readNumbers(storage, path, HEAD + 4 * from, to - from, "int32");
	const pointersOf = (from: number, to: number) =>
		readNumbers(
			storage,
			path,
			HEAD + 4 * sequences + 8 * from,
			to - from,
			"int64",
		);
	const bordersOf = (from: number, to: number) =>
		readNumbers(
			storage,
			path,
			HEAD + 12 * sequences + 8 * from,
			to - from,
			"int64",
		);
	const [first] = await bordersOf(0, 1);
	const [last] = await bordersOf(borders - 1, borders);
	if (first !== 0 || last !== sequences)
		throw wrongBorders(
			path,
			`its documents are the sequences from ${first} to ${last}, and it has ${sequences}`,
		);
	const [lastLength = 0] = await lengthsOf(
		Math.max(0, sequences - 1),
		sequences,
	);
	const [lastPointer = 0] = await pointersOf(
		Math.max(0, sequences - 1),
		sequences,
	);
	const tokens = lastPointer / width + lastLength;
	/** The first token of a document, or of what comes after it. */
	const startOf = async (document: number) => {
		const [sequence] = await bordersOf(document, document + 1);
		return sequence < sequences
			? (await pointersOf(sequence, sequence + 1))[0] / width
			: tokens;
	};
	return {
		type,
		documents: borders - 1,
		tokens,
		async *ranges(from, to) {
			/** The token that the next sequence is to begin at. */
			let start = from === 0 ? 0 : await startOf(from);
			for (let at = from; at < to; at += BLOCK) {
				const until = Math.min(to, at + BLOCK);
				const bounds = await bordersOf(at, until + 1);
				const [begin] = bounds;
				const end = bounds[bounds.length - 1];
				const wrongBound = bounds.findIndex(
					(bound, i) =>
						bound < 0 ||
						bound > sequences ||
						bound < bounds[Math.max(0, i - 1)],
				);
				if (wrongBound !== -1)
					throw wrongBorders(
						path,
						`document ${at + wrongBound} ends before sequence ${bounds[wrongBound]}, which cannot be`,
					);
				const lengths = await lengthsOf(begin, end);
				const pointers = await pointersOf(begin, end);
				const ranges: TokenRange[] = [];
				for (let document = 0; document + 1 < bounds.length; document++) {
					let next = start;
					for (let s = bounds[document]; s < bounds[document + 1]; s++) {
						const pointer = pointers[s - begin] / width;
						const length = lengths[s - begin];
						if (pointer !== next || length < 0) {
							yield ranges;
							throw wrongBorders(
								path,
								`sequence ${s + 1} has ${length} tokens from byte ${pointers[s - begin]} on, and the one before ends at byte ${next * width}`,
							);
						}
						next += length;
					}
					ranges.push({ start, end: next, id: null });
					start = next;
				}
				yield ranges;
			}
		},
	};
}
