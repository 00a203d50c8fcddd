import { LONGEST_TEXT } from "../../src/sources/bytes/utf8.js";
import type { FormatCorpus } from "./corpora.js";
import {
	anyIds,
	dolmaBorders,
	endsOf,
	idsOfText,
	llmcFile,
	megatronFiles,
	numbers,
	textOfIds,
} from "./token-files.js";

const EOS = 101;
/** More tokens than a document can have. */
const MANY = LONGEST_TEXT / 4 + 1;

/** Two good documents, and one between them. */
const around = (bad: readonly number[]) => [[1, 2], bad, [3]];
const goodTexts = [textOfIds([1, 2]), textOfIds([3])];
const ended = [
	[1, 2, EOS],
	[3, EOS],
];
const begun = [
	[EOS, 1, 2],
	[EOS, 3],
];

type Named = Pick<FormatCorpus, "asText" | "readsParts" | "options">;

/** Documents with borders of their own may hold anything. */
const bordered: Named = {
	readsParts: true,
	asText: (text) => textOfIds(anyIds(text)),
};
const byEos: Named = {
	options: { eosId: EOS },
	asText: (text) => textOfIds([...anyIds(text), EOS]),
};
const documentsOf = (texts: readonly string[]) => texts.map(idsOfText);

function megatronBad(
	documents: readonly (readonly number[])[],
	type: "int32" | "uint16" = "uint16",
) {
	const { bin, idx } = megatronFiles(
		documents.map((ids) => [ids]),
		type,
	);
	return { bytes: bin, beside: { "f.idx": idx }, texts: goodTexts, number: 2 };
}

function datatroveBad(
	documents: readonly (readonly number[])[],
	type: "uint16" | "uint32" = "uint16",
) {
	return {
		bytes: numbers(documents.flat(), type),
		beside: { "f.ds.index": numbers(endsOf(documents), "int64") },
		texts: goodTexts,
		number: 2,
	};
}

function olmoBad(
	documents: readonly (readonly number[])[],
	type: "uint16" | "uint32" = "uint16",
) {
	const ends = endsOf(documents);
	const rows = ends.map((end, i) => [i === 0 ? 0 : ends[i - 1], end]);
	return {
		bytes: numbers(documents.flat(), type),
		beside: { "f.csv.gz": dolmaBorders(rows) },
		texts: goodTexts,
		number: 2,
	};
}

/** A document of too many tokens, in a file that has one byte for each, and a good one. */
function longBytes(width: number) {
	const bytes = Buffer.alloc(width * (MANY + 1));
	bytes[width * MANY] = 3;
	return bytes;
}
const longTexts = { texts: [textOfIds([3])], number: 1 };

export const tokenCorpora = {
	megatron: {
		...bordered,
		write(texts) {
			// Some documents are of several sequences, and one of none is a document.
			const documents = documentsOf(texts).map((ids, i) =>
				i % 3 === 0 && ids.length > 0
					? [ids.slice(0, i), ids.slice(i)]
					: ids.length === 0 && i % 2 === 0
						? []
						: [ids],
			);
			const types = ["uint8", "uint16", "int32", "int64"] as const;
			const { bin, idx } = megatronFiles(documents, types[texts.length % 4]);
			return {
				files: { "a.bin": bin, "a.idx": idx },
				ids: texts.map(() => null),
			};
		},
		bad: {
			"token-out-of-range": () => megatronBad(around([1, -2]), "int32"),
			"wrong-borders": () => {
				const { beside, ...rest } = megatronBad(around([4]));
				// Where the second sequence begins.
				beside["f.idx"].writeUInt8(6, 34 + 4 * 3 + 8);
				return { ...rest, beside, texts: goodTexts.slice(0, 1) };
			},
			"wrong-size": () => {
				const { bytes, ...rest } = megatronBad([[1, 2], [3]]);
				return {
					...rest,
					bytes: Buffer.concat([bytes, Buffer.alloc(1)]),
					number: 3,
				};
			},
			"too-long": () => {
				const { idx } = megatronFiles([[[1]], [[1]]], "uint8");
				idx.writeInt32LE(MANY, 34);
				idx.writeBigInt64LE(BigInt(MANY), 34 + 8 + 8);
				return { bytes: longBytes(1), beside: { "f.idx": idx }, ...longTexts };
			},
		},
	},
	olmo: {
		...bordered,
		write(texts) {
			const documents = documentsOf(texts);
			const ends = endsOf(documents);
			const type = texts.length % 2 === 0 ? "uint16" : "uint32";
			const rows = ends.map((end, i) => [
				...[i === 0 ? 0 : ends[i - 1], end],
				...[`"doc, ""${i}"""`, "s3://x/y.jsonl.gz", i],
			]);
			return {
				files: {
					"a.npy": numbers(documents.flat(), type),
					"a.csv.gz": dolmaBorders(rows),
				},
				ids: texts.map((_, i) => `doc, "${i}"`),
			};
		},
		bad: {
			"token-out-of-range": () => olmoBad(around([2 ** 31]), "uint32"),
			"wrong-borders": () => ({
				...olmoBad([]),
				bytes: numbers([1, 2, 3], "uint16"),
				beside: {
					"f.csv.gz": dolmaBorders([
						[0, 2],
						[1, 3],
					]),
				},
				texts: [],
				number: 1,
			}),
			"wrong-size": () => ({
				...olmoBad([]),
				bytes: numbers([1, 2], "uint16"),
				beside: { "f.csv.gz": dolmaBorders([[0, 3]]) },
				texts: [],
				number: 1,
			}),
			"too-long": () => ({
				bytes: longBytes(2),
				beside: {
					"f.csv.gz": dolmaBorders([
						[0, MANY],
						[MANY, MANY + 1],
					]),
				},
				...longTexts,
			}),
		},
	},
	datatrove: {
		...bordered,
		write(texts) {
			const documents = documentsOf(texts);
			const width = texts.length % 2 === 0 ? 2 : 4;
			const count = documents.flat().length;
			return {
				files: {
					"a.ds": numbers(documents.flat(), width === 2 ? "uint16" : "uint32"),
					"a.ds.index": numbers(endsOf(documents), "int64"),
					...(texts.length % 3 > 0 && {
						"a.ds.metadata": Buffer.from(`gpt2|${width}\n${count}\n${count} T`),
					}),
				},
				ids: texts.map(() => null),
			};
		},
		bad: {
			"token-out-of-range": () => datatroveBad(around([2 ** 31]), "uint32"),
			"wrong-borders": () => ({
				...datatroveBad([]),
				bytes: numbers([1, 2, 3], "uint16"),
				beside: { "f.ds.index": numbers([2, 1, 3], "int64") },
				texts: goodTexts.slice(0, 1),
			}),
			"wrong-size": () => {
				const { bytes, beside, ...rest } = datatroveBad([[1, 2], [3]]);
				return {
					...rest,
					bytes: Buffer.concat([bytes, Buffer.alloc(2)]),
					beside: { ...beside, "f.ds.metadata": Buffer.from("gpt2|2\n3\n3 T") },
					number: 3,
				};
			},
			"too-long": () => ({
				bytes: longBytes(1),
				beside: { "f.ds.index": numbers([MANY, MANY + 1], "int64") },
				...longTexts,
			}),
		},
	},
	nanogpt: {
		...byEos,
		write: (texts) => ({
			files: { "a.bin": numbers(documentsOf(texts).flat(), "uint16") },
			ids: texts.map(() => null),
		}),
		bad: {
			"wrong-size": () => ({
				bytes: Buffer.concat([numbers(ended.flat(), "uint16"), Buffer.of(1)]),
				texts: ended.map(textOfIds),
				number: 3,
			}),
			"too-long": () => {
				const bytes = longBytes(2);
				bytes[2 * (MANY - 1)] = EOS;
				return { bytes, ...longTexts };
			},
		},
	},
	llmc: {
		...byEos,
		asText: (text) => textOfIds([EOS, ...anyIds(text)]),
		write(texts) {
			const type = texts.length % 2 === 0 ? "uint16" : "uint32";
			return {
				files: { "a.bin": llmcFile(documentsOf(texts).flat(), type) },
				ids: texts.map(() => null),
			};
		},
		bad: {
			"token-out-of-range": () => ({
				bytes: llmcFile([EOS, 1, 2, EOS, 2 ** 31, EOS, 3], "uint32"),
				texts: begun.map(textOfIds),
				number: 2,
			}),
			"wrong-size": () => {
				const bytes = llmcFile(begun.flat(), "uint16");
				bytes.writeInt32LE(begun.flat().length + 1, 8);
				return { bytes, texts: begun.map(textOfIds), number: 3 };
			},
			"too-long": () => {
				const bytes = Buffer.concat([llmcFile([], "uint16"), longBytes(2)]);
				bytes.writeInt32LE(MANY + 1, 8);
				bytes[1024 + 2 * MANY] = EOS;
				return { bytes, texts: [textOfIds([EOS])], number: 1 };
			},
		},
	},
} satisfies Record<string, FormatCorpus>;
