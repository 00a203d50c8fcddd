import type { AuditedFile, AuditKind } from "../../audit/kind.js";
import { auditKinds } from "../../audit/kinds.js";
import { type AuditRow, contentOf } from "../../audit/row.js";
import { optionName, UsageError } from "../../core/errors.js";
import { counted } from "../../core/number-texts.js";
import { progressOf, tellingNow } from "../../core/progress.js";
import type { FiguresSettings } from "../../options/figures.js";
import type { FoundInput } from "../../sources/find/candidate.js";
import { loadTokenizer } from "../../storage/load-tokenizer.js";
import { storageAt } from "../../storage/storages.js";
import { emptyFigures, emptyTotalFigures } from "./empty-figures.js";
import type { Figures, RowFigures, SampleRow } from "./figures.js";
import { indexShard } from "./index-shard.js";
import { LengthCounts } from "./length-counts.js";
import { RowDocuments } from "./row-documents.js";
import { MOST_SHOWN, noDocument, requireRow, rowRange } from "./row-range.js";
import { type RowToShow, sampleRow } from "./sample-row.js";
import { isShifted, shiftedShard } from "./shifted-shard.js";
import { sourcesTree } from "./sources-tree.js";

/** Tokens that are read of files where not all are asked for, about. */
const MOST_TOKENS = 2 ** 27;

/** What reads rows of files. */
type RowKind = Pick<AuditKind, "meaning" | "formats" | "rows">;

/** Files whose records are tokens, and what reads them. */
export interface TokenFiles {
	kind: RowKind;
	files: readonly FoundInput[];
}

/** Stops reading at what is no row of tokens. */
class NoTokens extends Error {}

/** The files as files of tokens; null where the first of them is none. */
export async function tokenFilesOf(
	files: readonly FoundInput[],
): Promise<TokenFiles | null> {
	const [first] = files;
	if (first === undefined) return null;
	// The last that reads a format is the one that asks least of its files.
	const [, ofTokens] =
		auditKinds
			.entries()
			.findLast(([, { formats }]) => formats.includes(first.format)) ?? [];
	const isTable = shiftedShard.formats.includes(first.format);
	const shifted =
		isTable && (await isShifted(first.path)) ? [shiftedShard] : [];
	for (const kind of [...shifted, ofTokens ?? [], indexShard].flat())
		if (kind.formats.includes(first.format) && (await hasRow(kind, first)))
			return {
				kind,
				files: files.filter(({ format }) => kind.formats.includes(format)),
			};
	return null;
}

/** Whether the first record of a file is a row. */
async function hasRow(kind: RowKind, file: FoundInput): Promise<boolean> {
	const refuse = () => {
		throw new NoTokens();
	};
	try {
		const rows = kind.rows(audited(file, 0, refuse));
		const { done } = await rows.next();
		await rows.return(undefined);
		return done !== true;
	} catch (error) {
		if (!(error instanceof NoTokens)) throw error;
		return false;
	}
}

function audited(
	file: FoundInput,
	shard: number,
	onUnusable: AuditedFile["onUnusable"],
): AuditedFile {
	return { storage: storageAt(file.path), file, shard, eos: null, onUnusable };
}

/** What was counted of rows. */
class RowCounting {
	rows = 0;
	tokens = 0;
	room = 0;
	labels: number | null = null;
	longest = 0;
	readonly lengths = new LengthCounts();
	readonly perRow = new LengthCounts();

	add(row: AuditRow): void {
		const { ids, borders, trained } = row;
		this.rows++;
		this.tokens += contentOf(row);
		const room = Math.max(ids.length, contentOf(row));
		this.room += room;
		this.longest = Math.max(this.longest, room);
		for (let s = 0; s + 1 < borders.length; s++)
			this.lengths.add(borders[s + 1] - borders[s]);
		this.perRow.add(borders.length - 1);
		if (trained !== null)
			this.labels =
				(this.labels ?? 0) + trained.reduce((sum, is) => sum + is, 0);
	}
}

export async function tokenFileFigures(
	path: string,
	{ kind, files }: TokenFiles,
	settings: FiguresSettings,
): Promise<Figures> {
	const figures = emptyFigures("shard", path);
	const counting = new RowCounting();
	const samples = await sampler(settings);
	const tell = tellingNow(settings.onProgress);
	let bad = 0;
	let isWhole = true;
	let number = 0;
	const room =
		(settings.all ? Number.POSITIVE_INFINITY : MOST_TOKENS) / files.length;
	for (const [shard, file] of files.entries()) {
		let left = room;
		const documents = new RowDocuments(audited(file, shard, () => {}));
		for await (const row of kind.rows(audited(file, shard, () => bad++))) {
			if (left <= 0) {
				isWhole = false;
				break;
			}
			counting.add(row);
			// What follows a file of which a part is read has other numbers.
			if (isWhole) await samples.offer(number++, row, documents);
			left -= contentOf(row);
			tell(() =>
				progressOf("reading", "file", {
					...{ done: shard, total: files.length },
					tokens: counting.tokens,
				}),
			);
		}
		await documents.close();
	}
	samples.requireShown(path, number, isWhole);
	const { lengths, perRow, rows, tokens, labels } = counting;
	if (!isWhole)
		figures.notes.push(
			`lengths and fill are those of the first rows of each file, ${rows} together; the option "all" reads all`,
		);
	if (bad > 0)
		figures.faults.push(
			`${counted(bad, "row or file", "rows or files")} cannot be read: seqpack audit tells which`,
		);
	return {
		...figures,
		facts: [
			{ name: "what it is", value: kind.meaning },
			{
				name: "formats",
				value: [...new Set(files.map(({ format }) => format))].join(", "),
			},
		],
		totals: {
			...emptyTotalFigures(),
			...(isWhole && { rows, tokens, sequences: lengths.count, labels }),
			files: files.length,
			bytes: files.reduce((sum, { size }) => sum + size, 0),
		},
		sequenceLengths: lengths.histogram(),
		sequencesPerRow: perRow.histogram(),
		rows: rowFigures(counting),
		sources: sourcesTree(
			[],
			files.map(({ source, size }) => ({
				...{ of: null, path: source, bytes: size },
				...{ documents: null, tokens: null },
			})),
			null,
		),
		samples: samples.shown,
	};
}

/** Null where rows are not of one length, and no sequences share one: documents, one after the other. */
function rowFigures({
	rows,
	tokens,
	room,
	longest,
	lengths,
}: RowCounting): RowFigures | null {
	if (rows === 0 || lengths.count === rows) return null;
	const padding = rows * longest - tokens;
	const lowerBoundRows = Math.ceil(tokens / longest);
	return {
		length: longest,
		fill: tokens / (rows * longest),
		padding,
		paddedTokens: Math.max(room, rows * longest),
		lowerBoundRows,
		gap: rows / lowerBoundRows - 1,
		sequencesPerRow: lengths.count / rows,
		averageLength: tokens / lengths.count,
		averageContext: (lengths.squares - tokens) / 2 / tokens,
		cutDocuments: null,
		attention: lengths.squares / (tokens * longest),
	};
}

/** Takes the rows to show out of those that are read. */
async function sampler(settings: FiguresSettings) {
	const { rows, document, tokens, tokenizer: place } = settings;
	const [first, end] = rowRange(rows ?? "0..2");
	const tokenizer = place === undefined ? null : await loadTokenizer(place);
	const shown: SampleRow[] = [];
	let saysDocuments = false;
	const isWanted = (row: number) =>
		document === undefined
			? row >= first && row < end
			: shown.length < MOST_SHOWN;
	return {
		shown,
		async offer(row: number, audited: AuditRow, of: RowDocuments) {
			if (!isWanted(row)) return;
			const documents = await of.of(audited.number);
			saysDocuments ||= documents !== null;
			if (document !== undefined && !documents?.includes(document)) return;
			shown.push(
				sampleRow(rowToShow(row, audited, documents), tokens, tokenizer),
			);
		},
		/** @throws UsageError where what was asked for is not there. */
		requireShown(path: string, read: number, isWhole: boolean) {
			const more = isWhole
				? ""
				: `; ${read} rows were read, and ${optionName("all")} reads the rest`;
			if (shown.length > 0) return;
			if (document !== undefined)
				noDocument(
					path,
					document,
					`${saysDocuments ? "the number of one in its dataset (doc_id)" : "one where a column doc_ids says which there are"}${more}`,
				);
			if (rows !== undefined && isWhole) requireRow(path, first, read);
			if (rows !== undefined)
				throw new UsageError(
					"no-row",
					`row ${first} of ${path} was not come to${more}.`,
				);
		},
	};
}

function rowToShow(
	row: number,
	{ ids, borders, trained }: AuditRow,
	documents: readonly string[] | null,
): RowToShow {
	const count = borders.length - 1;
	const lengths = Array.from(
		{ length: count },
		(_, s) => borders[s + 1] - borders[s],
	);
	return {
		row,
		ids: ids.subarray(borders[0], borders[count]),
		lengths,
		offsets: lengths.map(() => 0),
		documents: lengths.map((_, s) =>
			documents?.length === count ? `document ${documents[s]}` : `segment ${s}`,
		),
		lossMask: trained?.subarray(borders[0], borders[count]) ?? null,
	};
}
