import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeqpackError } from "../../core/errors.js";
import { counted } from "../../core/number-texts.js";
import { readingTable } from "../../documents/options.js";
import { readDocuments } from "../../documents/read-documents.js";
import type { FiguresSettings } from "../../options/figures.js";
import { loadTokenizer } from "../../storage/load-tokenizer.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import { type BuildEstimate, sampleBuild } from "../estimate-build.js";
import type { Estimate } from "../estimates.js";
import { advise } from "./advice.js";
import { emptyFigures, emptyTotalFigures } from "./empty-figures.js";
import type { Fact, Figures, SampleRow, TotalFigures } from "./figures.js";
import { LengthCounts } from "./length-counts.js";
import { noDocument, requireRow, rowRange } from "./row-range.js";
import { sourcesTree } from "./sources-tree.js";

/** The tokenizer without which lengths are told all the same: its tokens are bytes. */
const BYTES = "bytes";

/** The options of reading, of those that are given. */
function readingOf(settings: FiguresSettings): Record<string, unknown> {
	const values: Readonly<Record<string, unknown>> = settings;
	return Object.fromEntries(
		Object.keys(readingTable)
			.filter((name) => values[name] !== undefined)
			.map((name) => [name, values[name]]),
	);
}

/**
 * Figures of text: of a sample of it, and where a tokenizer is given, what to build of it.
 * @throws as `estimateBuild` does
 */
export async function corpusFigures(
	path: string,
	settings: FiguresSettings,
): Promise<Figures> {
	const { tokenizer, all } = settings;
	const reading = readingOf(settings);
	const { estimate, lengths, files } = await sampleBuild(
		{
			...reading,
			inputs: [path],
			tokenizer: tokenizer ?? BYTES,
			...(tokenizer === undefined && { addEos: false }),
			layout: "documents",
			onProgress: settings.onProgress,
			// Nothing is written there.
			out: join(tmpdir(), `seqpack-${randomBytes(8).toString("hex")}`),
		},
		all
			? {
					sampleSize: Number.MAX_SAFE_INTEGER,
					sampleSeconds: Number.MAX_SAFE_INTEGER,
				}
			: {},
	);
	const counts = new LengthCounts();
	for (const group of lengths)
		counts.addAll(group.lengths.view(), group.weight);
	const figures = emptyFigures("corpus", path);
	return {
		...figures,
		facts: factsOf(estimate, tokenizer),
		faults: faultsOf(estimate),
		notes: notesOf(estimate, tokenizer),
		totals: totalsOf(estimate, tokenizer !== undefined),
		documentLengths: counts.histogram(),
		sources: sourcesTree(
			[],
			files.map(({ source, of, bytes }) => ({
				...{ of, path: source, bytes },
				...{ documents: null, tokens: null },
			})),
			null,
		),
		samples: await shownDocuments(path, settings, reading),
		advice: tokenizer === undefined ? null : advise(lengths),
	};
}

function factsOf(
	{ inputs: { kinds }, counts }: BuildEstimate,
	tokenizer: string | undefined,
): Fact[] {
	const formats = kinds.map(
		({ format, compression, files }) =>
			`${files.toLocaleString("en-US")} ${[format, compression].filter((name) => name !== null).join(", ")}`,
	);
	const perByte = counts?.tokensPerByte ?? 0;
	return [
		{ name: "files", value: formats.join("; ") || "none" },
		...(tokenizer === undefined
			? [{ name: "lengths", value: "in bytes: no tokenizer is given" }]
			: [
					{ name: "tokenizer", value: tokenizer },
					{
						name: "bytes a token",
						value: perByte === 0 ? "not known" : (1 / perByte).toFixed(2),
					},
				]),
	];
}

function notesOf(
	{ sample, notices }: BuildEstimate,
	tokenizer: string | undefined,
): string[] {
	const { isWhole, bytes, ofBytes, places } = sample;
	if (isWhole) return notices;
	return [
		`counts are estimated from ${((100 * bytes) / ofBytes).toFixed(2)} % of the input, read at ${counted(places, "place")}; ${tokenizer === undefined ? "" : "so is what is recommended; "}lengths are those of the sample`,
		...notices,
	];
}

/** Why nothing would be built of it, and which records could not be used. */
function faultsOf({ sample, stops, counts }: BuildEstimate): string[] {
	const skipped = Object.entries(counts?.skippedRecords ?? {});
	return [
		...(stops === null
			? []
			: [`a build would stop: ${stops.sentence(asWords).replace(/\.$/, "")}`]),
		...skipped.map(
			([reason, { value }]) =>
				`${sample.isWhole ? "" : "about "}${counted(Math.round(value), "record")} cannot be used: ${reason}`,
		),
	];
}

/** An option for those who give it as a flag, and those who call a function. */
function asWords(option: string, value?: unknown): string {
	return `the option "${option}"${value === undefined ? "" : ` with ${JSON.stringify(value)}`}`;
}

function totalsOf(
	{ inputs, counts }: BuildEstimate,
	hasTokens: boolean,
): TotalFigures {
	const about = (estimate: Estimate | undefined) =>
		estimate === undefined ? null : Math.round(estimate.value);
	return {
		...emptyTotalFigures(),
		records: about(counts?.records),
		documents: about(counts?.documents),
		tokens: hasTokens ? about(counts?.tokens) : null,
		textBytes: about(counts?.textBytes),
		files: inputs.files,
		bytes: inputs.bytes,
	};
}

/**
 * The documents that are shown, with their text; none where they cannot be read.
 * @throws UsageError `no-row`, `no-document` where those that are asked for are not there
 */
async function shownDocuments(
	path: string,
	{ rows, document, tokens, tokenizer: place }: FiguresSettings,
	reading: Record<string, unknown>,
): Promise<SampleRow[]> {
	const [first, end] = rowRange(rows ?? "0..2");
	const tokenizer = place === undefined ? null : await loadTokenizer(place);
	const samples: SampleRow[] = [];
	let number = 0;
	try {
		for await (const { texts, ids } of readDocuments([path], {
			...reading,
			onNotice() {},
		}))
			for (const [i, text] of texts.entries()) {
				const name = String(ids[i] ?? number);
				const isShown =
					document === undefined ? number >= first : name === document;
				if (isShown)
					samples.push(sampleOf(number, name, text, tokens, tokenizer));
				number++;
				if (document === undefined ? number >= end : isShown) return samples;
			}
	} catch (error) {
		if (!(error instanceof SeqpackError)) throw error;
		const isAsked = rows !== undefined || document !== undefined;
		if (isAsked && samples.length === 0) throw error;
		return samples;
	}
	if (document !== undefined)
		noDocument(path, document, "its id, or its number where it has none");
	if (rows !== undefined) requireRow(path, first, number, "document");
	return samples;
}

/** The beginning of a document, as a row. */
function sampleOf(
	row: number,
	document: string,
	text: string,
	tokens: number,
	tokenizer: Tokenizer | null,
): SampleRow {
	// More characters than these make no difference for what is shown.
	const begin = text.slice(0, tokens * LONGEST_TOKEN);
	const ids = [...(tokenizer?.encode(begin).subarray(0, tokens) ?? [])];
	const shown =
		tokenizer === null ? text.slice(0, tokens * 4) : tokenizer.decode(ids);
	return {
		row,
		length: ids.length,
		shownTokens: ids.length,
		segmentCount: 1,
		segments: [
			{
				document,
				tokens: ids.length,
				offset: 0,
				ids,
				text: [{ text: shown, isTrained: true }],
				trained: null,
			},
		],
	};
}

/** Characters of a token: longer ones are cut, which nobody sees. */
const LONGEST_TOKEN = 32;
