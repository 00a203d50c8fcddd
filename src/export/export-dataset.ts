import {
	DataError,
	InterruptedError,
	optionName,
	type SeqpackError,
	UsageError,
} from "../core/errors.js";
import { progressOf } from "../core/progress.js";
import { resolveOptions } from "../core/resolve-options.js";
import { count, listOf, object, text } from "../core/shape.js";
import { withoutSlashes } from "../core/text.js";
import type {
	ExportFormat,
	ExportSource,
} from "../dataset/exports/export-format.js";
import { exportFormats } from "../dataset/exports/exports.js";
import { type ShortRows, shortRowWays } from "../dataset/exports/short-rows.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { type ExportToOptions, exportToTable } from "../options/export.js";
import { PLAN_FILE } from "../plan/curriculum-plan.js";
import { canonicalJson, sha256 } from "../storage/hash.js";
import { pathTo } from "../storage/paths.js";
import { storageAt } from "../storage/storages.js";
import { version } from "../version.js";
import { openDatasetSource } from "./dataset-source.js";
import {
	type ExportDirectory,
	withExportDirectory,
} from "./export-directory.js";
import { type ExportCounts, noCounts, RowFitter } from "./fit-rows.js";
import { noticesOf } from "./notices.js";
import { openPlanSource } from "./plan-source.js";
import { requireApart } from "./require-apart.js";
import type { OpenedSource, SourcePart } from "./source.js";

/** Raised when what `seqpack-export.json` says changes. */
const EXPORT_VERSION = 1;

/** Rows after which progress is told, and a signal looked at. */
const TELL_EVERY = 256;

type Values = ReturnType<typeof resolveOptions<typeof exportToTable>>;

/** What an export has written. */
export interface ExportResult {
	/** `exported`, or `already-exported` when just that was there and nothing was done. */
	status: "exported" | "already-exported";
	out: string;
	/** A name from `exportFormats`. */
	to: string;
	counts: ExportCounts;
	files: DatasetFile[];
	/** What is lost, and what must be known, as sentences without a full stop. */
	notices: string[];
	/** How each part is read: lines of a trainer's settings, or of Python. */
	reading: string[];
	seconds: number;
}

/** What `seqpack-export.json` says. */
interface Said extends Omit<ExportResult, "status" | "out" | "seconds"> {
	formatVersion: number;
	seqpackVersion: string;
	source: string;
	planHash: string;
	/** Of all that decides what is in the files; left out by older versions. */
	hash?: string;
}

const saidShape = object({
	to: text,
	counts: object(
		Object.fromEntries(Object.keys(noCounts()).map((name) => [name, count])),
	),
	notices: listOf(text),
	reading: listOf(text),
});

/**
 * Writes the rows of a dataset, a packing or a plan, or the documents of a store, as files that a
 * trainer reads. They appear all at once, with `seqpack-export.json` as the last.
 * @throws UsageError `cannot-carry`, `output-in-use` and those of wrong options; DataError for
 * what is read
 */
export async function exportDataset(
	given: ExportToOptions,
): Promise<ExportResult> {
	const began = performance.now();
	const options = resolveOptions(exportToTable, given);
	const format = exportFormats.find(options.to);
	const directory = withoutSlashes(options.source);
	const out = withoutSlashes(options.out);
	const opened = await openSource(directory, options);
	requireApart(out, opened.directories);
	const source = describeSource(opened, format, options);
	requireCarried(directory, source, format, options);
	const notices = [
		...noticesOf(options.to, format, source, options),
		...opened.lost,
	];
	for (const notice of notices) options.onNotice?.(notice, "warn");
	const hash = hashOf(source, options);
	const resultOf = (
		status: ExportResult["status"],
		{ to, counts, files, notices, reading }: Said,
	): ExportResult => {
		const seconds = (performance.now() - began) / 1000;
		return { status, out, to, counts, files, notices, reading, seconds };
	};
	const finished = async (there: ExportDirectory) => {
		const said = await there.finished<Said>(hash, saidShape);
		return said && resultOf("already-exported", said);
	};
	return withExportDirectory(out, options.overwrite, finished, async (to) => {
		const counts = await writeParts(opened, source, format, options, to);
		const reading = partsUnlike(opened.parts).flatMap((part) =>
			format.reading(part, source, options),
		);
		const said = {
			formatVersion: EXPORT_VERSION,
			seqpackVersion: version,
			source: pathTo(out, directory),
			planHash: source.planHash,
			hash,
			to: options.to,
			counts,
			notices: [...notices, ...countNotices(counts, source)],
			reading,
		};
		const files = await to.publish((files) => ({ ...said, files }));
		return resultOf("exported", { ...said, files });
	});
}

/** Of all that decides what is in the files of an export. */
function hashOf(
	{ planHash }: ExportSource,
	{
		source: _,
		out: __,
		overwrite: ___,
		// A plan takes those alone that it was made of.
		datasets: ____,
		signal: _____,
		onProgress: ______,
		onNotice: _______,
		...deciding
	}: Values,
): string {
	return sha256(canonicalJson({ version, planHash, ...deciding }));
}

async function openSource(
	directory: string,
	{ fromStep, steps, worldSize, sortRows, datasets }: Values,
): Promise<OpenedSource> {
	const plans = { fromStep, steps, worldSize, sortRows, datasets };
	const storage = storageAt(directory);
	const given = Object.fromEntries(
		Object.entries(plans).filter(([, value]) => value !== undefined),
	);
	if ((await storage.stat(`${directory}/${PLAN_FILE}`)) !== null)
		return openPlanSource(directory, given);
	const [ofPlans] = Object.keys(given);
	if (ofPlans !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName(ofPlans)} would change nothing: it is of plans, and ${directory} is none. Leave it out.`,
		);
	return openDatasetSource(directory);
}

/** @throws UsageError `bad-option`, `ignored-option` */
function describeSource(
	{ directories: _, parts: __, lost: ___, isFull, ...opened }: OpenedSource,
	format: ExportFormat,
	{ to, shortRows: asked, padId: givenId, shardTokens }: Values,
): ExportSource {
	if (asked !== undefined && opened.isDocuments)
		throw new UsageError(
			"ignored-option",
			`${optionName("shortRows")} would change nothing: these are documents, of any length. Leave it out.`,
		);
	if (asked !== undefined && !format.shortRows.includes(asked))
		throw new UsageError(
			"bad-option",
			`${optionName("shortRows")} is ${asked}, and what reads ${to} cuts all tokens into rows of one length: give one of ${format.shortRows.join(", ")}.`,
		);
	const shortRows: ShortRows =
		isFull || opened.isDocuments ? "keep" : (asked ?? format.shortRows[0]);
	const isPadded = shortRowWays.find(shortRows).pads;
	if (givenId !== undefined && !isPadded)
		throw new UsageError(
			"ignored-option",
			`${optionName("padId")} would change nothing: no row is padded. Leave it out, or give ${optionName("shortRows", "pad")}.`,
		);
	const padId = givenId ?? opened.eos ?? 0;
	return {
		...opened,
		vocabSize: Math.max(opened.vocabSize, isPadded ? padId + 1 : 0),
		shortRows,
		padId,
		shardTokens: shardTokens ?? format.shardTokens ?? null,
		shardRows: null,
	};
}

/** @throws UsageError `cannot-carry` */
function requireCarried(
	directory: string,
	source: ExportSource,
	format: ExportFormat,
	options: Values,
): void {
	const fault =
		format.cutsRows && source.isMixed
			? `what reads it cuts all tokens into rows of one length, and rows of several lengths follow one another here. Export ${exportFormats.where(({ cutsRows }) => !cutsRows).join(", ")}, or the datasets by themselves`
			: format.fault(source, options);
	if (fault !== null)
		throw new UsageError(
			"cannot-carry",
			`${directory} cannot be exported ${optionName("to", options.to)}: ${fault}.`,
		);
}

async function writeParts(
	{ parts }: OpenedSource,
	source: ExportSource,
	format: ExportFormat,
	options: Values,
	files: ExportDirectory,
): Promise<ExportCounts> {
	const counts = noCounts();
	const { shortRows, padId } = source;
	const withMasks =
		format.mask !== null &&
		(source.isMasked || shortRowWays.find(shortRows).pads);
	const fitter = new RowFitter(counts, { shortRows, padId, withMasks });
	const given = { ...source, isMasked: withMasks };
	const total = parts.reduce<number | null>(
		(sum, { rows }) => (sum === null || rows === null ? null : sum + rows),
		0,
	);
	const beginning = progressOf("exporting", "row", { total });
	options.onProgress?.(beginning);
	let rows = 0;
	for (const part of parts) {
		const before = counts.rows;
		const shardRows = rowsOfShards(part, source, options);
		const all =
			shardRows === null ? Infinity : shardRows * (options.shards ?? 1);
		let left = all;
		const own = { ...given, shardRows };
		const writer = format.open({ source: own, part, files, options });
		await part.read((row, room) => {
			if (++rows % TELL_EVERY === 0) {
				if (options.signal?.aborted)
					throw new InterruptedError("the export was stopped.");
				const { tokens } = counts;
				options.onProgress?.({ ...beginning, done: rows, tokens });
			}
			if (left === 0) {
				counts.oddRows++;
				return undefined;
			}
			const fitted = fitter.fit(row, room);
			if (fitted === null) return undefined;
			left--;
			return writer.add(fitted);
		});
		if (counts.rows === before) throw noRows(part.directory, counts);
		await writer.finish();
	}
	if (counts.rows === 0) throw noRows("", counts);
	const beside = format.beside?.(parts, given) ?? {};
	for (const [path, content] of Object.entries(beside))
		await files.write(path, content);
	return counts;
}

/**
 * Rows of every shard of a part, where they are to be equal.
 * @throws UsageError `bad-option` where there are too few, or where it is not known how many are left
 */
function rowsOfShards(
	{ rows, directory, split }: SourcePart,
	{ shortRows, isDocuments }: ExportSource,
	{ shards }: Values,
): number | null {
	if (shards === undefined) return null;
	if (rows === null || isDocuments || shortRowWays.find(shortRows).drops)
		throw new UsageError(
			"bad-option",
			`${optionName("shards", shards)} wants to know how many rows there are, which is not known of ${isDocuments ? "documents" : "what is left of them"}: leave it out, or give ${optionName("shortRows", "pad")}.`,
		);
	if (rows < shards)
		throw new UsageError(
			"bad-option",
			`${optionName("shards")} is ${shards}, more than the ${rows} rows of ${directory}${split}: give at most that.`,
		);
	return Math.floor(rows / shards);
}

function noRows(where: string, { droppedRows }: ExportCounts): SeqpackError {
	const none = `there are no rows to write${where === "" ? "" : ` for ${where}`}`;
	return droppedRows > 0
		? new UsageError(
				"short-rows",
				`${none}: all of them are short, and left out. Give ${optionName("shortRows", "pad")}.`,
			)
		: new DataError("no-rows", `${none}: nothing has tokens.`);
}

/** One part of each kind: ranks are read alike. */
function partsUnlike(parts: readonly SourcePart[]): SourcePart[] {
	const kinds = new Map<string, SourcePart>();
	for (const part of parts) {
		const kind = `${part.split} ${part.rowLength}`;
		if (!kinds.has(kind)) kinds.set(kind, part);
	}
	return [...kinds.values()];
}

/** What became of rows, as sentences. */
function countNotices(
	counts: ExportCounts,
	{ padId, isDocuments }: ExportSource,
): string[] {
	const {
		paddedRows,
		paddingTokens,
		droppedRows,
		droppedTokens,
		emptyRows,
		oddRows,
	} = counts;
	const grouped = (count: number) => count.toLocaleString("en-US");
	const rows = (count: number) =>
		`${grouped(count)} ${isDocuments ? "document" : "row"}${count === 1 ? "" : "s"}`;
	return [
		...(paddedRows > 0
			? [
					`padded ${rows(paddedRows)} with ${grouped(paddingTokens)} tokens of id ${padId}`,
				]
			: []),
		...(droppedRows > 0
			? [
					`left out ${rows(droppedRows)} of ${grouped(droppedTokens)} tokens, which are short`,
				]
			: []),
		...(oddRows > 0
			? [`left out ${rows(oddRows)}, so that all files have as many`]
			: []),
		...(emptyRows > 0 ? [`left out ${rows(emptyRows)} without tokens`] : []),
	];
}
