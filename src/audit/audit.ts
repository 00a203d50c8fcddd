import { DataError, optionName, UsageError } from "../core/errors.js";
import { consume } from "../core/generators.js";
import { progressOf, type Tell, tellingNow } from "../core/progress.js";
import { resolveOptions } from "../core/resolve-options.js";
import { MANIFEST } from "../dataset/manifest.js";
import { readTokens } from "../documents/read-tokens.js";
import type { FoundInput } from "../sources/find/candidate.js";
import { type FoundInputs, findInputs } from "../sources/find/find-inputs.js";
import { AUTO, formatsOfName, sourceFormats } from "../sources/formats.js";
import { storageAt } from "../storage/storages.js";
import type { Finding } from "./check.js";
import { auditChecks } from "./checks.js";
import { type AuditContext, isKnown, type Need, needs } from "./context.js";
import type { AuditedFile, AuditKind } from "./kind.js";
import { auditKinds } from "./kinds.js";
import { type AuditOptions, auditTable } from "./options.js";
import { PackedRows, type PackedSummary } from "./packed-rows.js";
import { contentOf } from "./row.js";
import { Comparison } from "./source/comparison.js";
import { tokenizerFacts } from "./tokenizer-facts.js";
import { withoutAdvice } from "./without-advice.js";

/** What an audit saw, and what it found. */
export interface AuditResult {
	kind: string;
	files: number;
	rows: number;
	sequences: number;
	/** Padding is not among them. */
	tokens: number;
	padding: number;
	/** Tokens that are labels; null where nothing is stored of it. */
	labels: number | null;
	/** Null where no row has several sequences. */
	packed: PackedSummary | null;
	/** The corpus, where there is one, and how much of it was found; BOS and EOS are not counted. */
	corpus: {
		documents: number;
		tokens: number;
		/** Documents that are one sequence each. */
		whole: number;
		/** Those that are several since they are longer than a row, and the others that are several. */
		cut: number;
		split: number;
		/** Those of which tokens are nowhere. */
		lost: number;
		deliveredTokens: number;
	} | null;
	findings: Finding[];
	/** Checks that were not made, and the options of which one would let them. */
	notChecked: { check: string; needs: string[] }[];
}

/**
 * Reads a dataset that another tool made, and looks for defects. In memory there is a
 * batch of rows, and with a corpus 96 bytes a sequence.
 * @param path A file, a directory or a glob pattern.
 * @throws UsageError for options and paths; what cannot be read of the dataset is a finding
 */
export async function audit(
	path: string,
	options: AuditOptions,
): Promise<AuditResult> {
	const settings = resolveOptions(auditTable, options);
	const { tokenizer, source } = settings;
	if (source.length > 0 && tokenizer === undefined)
		throw new UsageError(
			"missing-option",
			`${optionName("tokenizer")} is missing: the corpus is tokenized to compare it with the dataset.`,
		);
	const kind = auditKinds.find(settings.kind);
	const facts = await tokenizerFacts(tokenizer);
	const eos = settings.eosId ?? facts.eos;
	const { own: found, strange } = await filesOf(path, kind, eos);
	const corpus =
		source.length === 0
			? null
			: new Comparison(facts.bos, eos, kind.dealsFiles);
	const placeOf = (shard: number, number: number) => {
		const { path, format } = found[shard];
		return sourceFormats.find(format).describePlace(path, number);
	};
	const context = { ...facts, kind, eos, corpus, placeOf };
	const tell = tellingNow(settings.onProgress);
	const { finish, ...seen } = await look(found, strange, context, tell);
	if (corpus !== null && tokenizer !== undefined)
		await readCorpus(source, tokenizer, corpus, tell);
	return {
		...{ kind: settings.kind, ...seen },
		corpus: corpus && {
			...{ documents: corpus.documents, tokens: corpus.tokens },
			...{ whole: corpus.whole, cut: corpus.cut },
			...{ split: corpus.split.count, lost: corpus.lost.count },
			deliveredTokens: corpus.deliveredTokens,
		},
		findings: finish(),
	};
}

/** Finds files of a format; none where there are none. */
async function find(
	path: string,
	format: string,
	eos: number | null,
): Promise<Pick<FoundInputs, "files" | "leftOut">> {
	const manifest = await storageAt(path).stat(`${path}/${MANIFEST}`);
	try {
		return await findInputs([path], {
			format,
			// Of a dataset of seqpack these are no rows.
			exclude: manifest === null ? [] : ["index/**"],
			options: eos === null ? {} : { eosId: eos },
			mayBeUnused: true,
		});
	} catch (error) {
		if (!(error instanceof DataError)) throw error;
		if (error.code === "empty-corpus") return { files: [], leftOut: [] };
		throw new DataError(error.code, withoutAdvice(error.pack().message));
	}
}

/** The files of a dataset, and the paths of those that are named as its own and are not. */
async function filesOf(path: string, kind: AuditKind, eos: number | null) {
	const isOwn = (format: string) => kind.formats.includes(format);
	const format = formatsOfName(path).find(isOwn);
	const { files, leftOut } = await find(path, format ?? AUTO, eos);
	const own = files.filter(({ format }) => isOwn(format));
	const others = files.filter(({ format }) => !isOwn(format));
	const strange = [...others, ...leftOut]
		.map(({ path }) => path)
		.filter((path) => formatsOfName(path).some(isOwn));
	if (own.length > 0) return { own, strange };
	// It is said what is wrong with the first.
	if (others.length === 0) await find(path, kind.formats[0], eos);
	throw new UsageError(
		"no-such-input",
		`${path} has no files of ${kind.formats.map((name) => sourceFormats.find(name).title).join(" or ")}: give the path of those of the dataset, or another ${optionName("kind")}.`,
	);
}

async function readCorpus(
	inputs: readonly string[],
	tokenizer: string,
	corpus: Comparison,
	tell: Tell,
): Promise<void> {
	/** The file that is read, and how many of its documents were. */
	let file = "";
	let read = 0;
	const progress = progressOf("comparing", "file");
	await consume(
		readTokens(inputs, { tokenizer, addEos: false }),
		({ tokens: { ids, offsets }, source, bytes }) => {
			if (source !== file) {
				read = 0;
				progress.done += Number(file !== "");
			}
			file = source;
			for (let i = 0; i + 1 < offsets.length; i++) {
				read++;
				const document = ids.subarray(offsets[i], offsets[i + 1]);
				corpus.addDocument(document, () => `${file}, document ${read}`);
			}
			progress.bytes += bytes;
			progress.documents += offsets.length - 1;
			progress.tokens += ids.length;
			tell(() => ({ ...progress }));
		},
	);
}

/** Reads all rows; `finish` gives what was found. */
async function look(
	files: readonly FoundInput[],
	strange: readonly string[],
	context: AuditContext,
	tell: Tell,
): Promise<
	Omit<AuditResult, "kind" | "corpus" | "findings"> & { finish(): Finding[] }
> {
	const { kind, eos, corpus } = context;
	const asked = auditChecks
		.entries()
		.filter(([, { isOf }]) => isOf?.(kind) ?? true);
	const begun = asked.map(([check, entry]) => {
		const missing = (entry.needs ?? []).filter(
			(need) => !isKnown[need](context),
		);
		const auditor = missing.length > 0 ? null : entry.begin(context);
		return { check, ...entry, missing, auditor };
	});
	const auditors = begun.flatMap(({ auditor }) => auditor ?? []);
	const onUnusable = (place: string, sentence: string) => {
		for (const auditor of auditors) auditor.unusable?.(place, sentence);
	};
	const audited = files.map(
		(file, shard): AuditedFile => ({
			...{ storage: storageAt(file.path), file, shard, eos, onUnusable },
		}),
	);
	for (const path of strange)
		onUnusable(
			path,
			`it is named as a file of the dataset, and is none: what should stand beside it is missing, or it begins in another way`,
		);
	const packed = new PackedRows();
	const totals = { rows: 0, sequences: 0, tokens: 0, padding: 0 };
	let labels: number | null = null;
	const rowsOfFile: number[] = [];
	const progress = () =>
		progressOf("auditing", "file", {
			done: rowsOfFile.length,
			total: files.length,
			documents: totals.sequences,
			tokens: totals.tokens,
		});
	for (const file of audited) {
		let rows = 0;
		for await (const row of kind.rows(file)) {
			rows++;
			totals.sequences += Math.max(0, row.borders.length - 1);
			totals.tokens += contentOf(row);
			totals.padding += row.ids.length - contentOf(row);
			if (row.trained !== null)
				labels = row.trained.reduce((sum, is) => sum + is, labels ?? 0);
			packed.add(row);
			corpus?.addRow(row);
			for (const auditor of auditors) auditor.row?.(row);
			tell(progress);
		}
		totals.rows += rows;
		rowsOfFile.push(rows);
	}
	await kind.lookBeside?.(audited, rowsOfFile);
	return {
		...{ files: files.length, ...totals, labels },
		packed: packed.summary(),
		finish: () =>
			begun.flatMap(({ check, severity, auditor }) => {
				const finding = auditor?.finish() ?? null;
				return finding === null ? [] : [{ check, severity, ...finding }];
			}),
		notChecked: begun.flatMap(({ check, missing }) =>
			missing.length === 0
				? []
				: [
						{
							check,
							needs: [...new Set(missing.flatMap((need: Need) => needs[need]))],
						},
					],
		),
	};
}
