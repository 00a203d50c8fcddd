import type {
	Beside,
	InputFile,
	ReadableStorage,
	SourceFormat,
} from "./source.js";
import { besideOf } from "./tokens/beside.js";
import {
	type BorderedTokens,
	partedByBorders,
	type TokenRange,
} from "./tokens/by-borders.js";
import { borderReasons, wrongBorders, wrongSize } from "./tokens/faults.js";
import { readNumbers } from "./tokens/numbers.js";
import { typeOfWidth } from "./tokens/token-type.js";

const INDEX = ".ds.index";
const METADATA = ".ds.metadata";
const LOSS = ".ds.loss";
/** Documents whose borders are read at once. */
const BLOCK = 1 << 14;

const beside: readonly Beside[] = [
	{ ending: ".ds", by: INDEX, isNeeded: true },
	{ ending: ".ds", by: METADATA, isNeeded: false },
	{ ending: ".ds", by: LOSS, isNeeded: false },
];

/** datatrove's `.ds`: token ids of two or four bytes; `.ds.index` has the end of each document, in tokens. */
export const datatrove: SourceFormat = {
	title: "token ids of datatrove",
	extensions: [".ds"],
	content: "tokens",
	compressible: false,
	beside,
	fields: { text: "tokens", id: "id", fixed: true },
	reasons: borderReasons,
	describePlace: (path, document) => `${path}, document ${document}`,
	notice: (file) =>
		besideOf(file, LOSS) === null
			? null
			: `what is to be trained on, in ${LOSS}, is not read: all of it is`,
	...partedByBorders(open),
};

async function open(
	storage: ReadableStorage,
	file: InputFile,
): Promise<BorderedTokens> {
	const index = besideOf(file, INDEX);
	if (index === null)
		throw wrongBorders(`${file.path}.index`, "there is no such file");
	const { path, size } = index;
	if (size % 8 !== 0)
		throw wrongBorders(path, `it has ${size} bytes, no multiple of 8`);
	const documents = size / 8;
	const endsOf = async (from: number, to: number) =>
		readNumbers(storage, path, 8 * from, to - from, "int64");
	const [tokens] =
		documents === 0 ? [0] : await endsOf(documents - 1, documents);
	const said = await saidWidth(storage, besideOf(file, METADATA)?.path ?? null);
	const type = typeOfWidth(said ?? (tokens === 0 ? 2 : file.size / tokens));
	if (type === null)
		throw wrongSize(
			`${path} says that the file has ${tokens} tokens, and it has ${file.size} bytes`,
		);
	return {
		type,
		documents,
		tokens,
		async *ranges(from, to) {
			let start = from === 0 ? 0 : (await endsOf(from - 1, from))[0];
			for (let at = from; at < to; at += BLOCK) {
				const ends = await endsOf(at, Math.min(to, at + BLOCK));
				const ranges: TokenRange[] = [];
				for (const [i, end] of ends.entries()) {
					if (!(end >= start && end <= tokens)) {
						yield ranges;
						throw wrongBorders(
							path,
							`document ${at + i + 1} ends at token ${end}, and the one before at ${start}`,
						);
					}
					ranges.push({ start, end, id: null });
					start = end;
				}
				yield ranges;
			}
		},
	};
}

/** Bytes of a token, as the first line of the file of metadata has them after a bar. */
async function saidWidth(
	storage: ReadableStorage,
	path: string | null,
): Promise<number | null> {
	if (path === null) return null;
	const file = await storage.open(path);
	try {
		const [line] = (await file.read(0, 4096)).toString("utf8").split("\n");
		const said = /\|(\d)\s*$/.exec(line);
		return said === null ? null : Number(said[1]);
	} finally {
		await file.close();
	}
}
