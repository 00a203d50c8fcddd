import type { Plan } from "../build/plan.js";
import type { TaskRecord } from "../build/record.js";
import { sum } from "../core/arithmetic.js";
import { bucketKey } from "../dataset/row-groups.js";
import type { BucketSettings } from "../dataset/settings.js";
import { emptyRowCounts, type RowCounts } from "../dataset/totals.js";
import { strataOf } from "../documents/strata/strata-settings.js";
import { packers } from "../pack/packers.js";
import {
	type DocumentQuantiles,
	documentQuantiles,
} from "./document-quantiles.js";
import { type Estimate, exactly, total } from "./estimates.js";
import type { BadRecords } from "./first-bad-record.js";
import type { SampleRun } from "./run-sample.js";
import { Scaled } from "./scaled.js";

/** What a build would come to. */
export interface BuildCounts {
	records: Estimate;
	/** Records that cannot be used, and those that are not wanted, by reason. */
	skippedRecords: Record<string, Estimate>;
	leftOutRecords: Record<string, Estimate>;
	documents: Estimate;
	/** UTF-8 bytes of the documents' texts. */
	textBytes: Estimate;
	/** BOS and EOS included. */
	tokens: Estimate;
	specialTokens: Estimate;
	/** Of the text, without BOS and EOS. */
	tokensPerByte: number;
	/** Tokens of documents, in the sample; null where it has none. */
	lengths: DocumentQuantiles | null;
	/** Documents and tokens that would be in no row, by reason. */
	dropped: Record<string, { documents: Estimate; tokens: Estimate }>;
	rows: Estimate;
	sequences: Estimate;
	/** Tokens in rows over tokens that the rows can hold. */
	fill: number;
	/** What trainers add to the rows. */
	padding: Estimate;
	/** As the settings have them. */
	buckets: {
		split: string;
		/** The name of its stratum, null for none; left out: rows mix strata. */
		stratum?: string | null;
		length: number;
		rows: Estimate;
		sequences: Estimate;
		tokens: Estimate;
	}[];
	sources: { name: string | null; documents: Estimate; tokens: Estimate }[];
	shards: Estimate;
	shardBytes: Estimate;
	/** Of the whole build. */
	seconds: number;
	/** Of the tokens that each worker holds to pack them together. */
	windowBytes: number;
}

interface Circumstances {
	/** Whether the sample is the build itself. */
	isWhole: boolean;
	workers: number;
	/** Records that only the sample cannot use. */
	ofCut: BadRecords["ofCut"];
}

export async function countsOf(
	run: SampleRun,
	plan: Plan,
	circumstances: Circumstances,
): Promise<BuildCounts> {
	const { isWhole, workers, ofCut } = circumstances;
	const { settings } = plan;
	const strata = strataOf(settings.strata);
	const scaled = new Scaled(run, plan, isWhole);
	const { sums } = scaled;
	const cutOf = (task: number, reason?: string) =>
		(ofCut.get(task) ?? []).filter(
			(bad) => reason === undefined || bad.reason === reason,
		).length;
	const byReason = (
		key: "skippedRecords" | "leftOutRecords",
	): Record<string, Estimate> => {
		const found = Object.keys(sums[key]).map((reason): [string, Estimate] => [
			reason,
			scaled.read(({ totals, task }) => {
				const of = key === "skippedRecords" ? cutOf(task, reason) : 0;
				return (totals[key][reason] ?? 0) - of;
			}),
		]);
		return Object.fromEntries(found.filter(([, { value }]) => value > 0));
	};
	const tokens = scaled.read(tokensOf);
	const rowsOf = (pick: (rows: RowCounts, bucket: BucketSettings) => number) =>
		settings.buckets.map((bucket) =>
			scaled.rows(({ totals }) =>
				pick(totals.buckets[bucketKey(bucket)] ?? emptyRowCounts(), bucket),
			),
		);
	const packer = packers.find(settings.packer.name);
	const reading = plan.tasks.filter(({ kind }) => kind === "read").length;
	// The last row of each task is half full, and nobody packs it once more.
	const halfRows =
		isWhole || packer.repacks || !packer.sharesRows ? 0 : reading / 2;
	const rows = rowsOf((counts) => counts.rows).map(({ value, error }) => ({
		value: value > 0 ? value + halfRows : 0,
		error,
	}));
	const inRows = rowsOf((counts) => counts.tokens);
	const sequences = rowsOf((counts) => counts.sequences);
	const room = sum(
		rows.map(({ value }, i) => value * settings.buckets[i].capacity),
	);
	const padded = total(rowsOf((counts) => counts.paddedTokens - counts.tokens));
	/** Each task writes its own, one after the other. */
	const shardsOf = ({ value }: Estimate, i: number) =>
		Math.max(
			Math.ceil(value / settings.buckets[i].shardRows),
			Math.min(Math.ceil(value), reading),
		);
	const held = sum(inRows.map(({ value }) => value));
	const textBytes = scaled.read(({ totals }) => totals.textBytes);
	const textTokens = scaled.read(({ totals }) => totals.textTokens);
	const shards = isWhole
		? exactly(sum([...run.records.values()].map(({ shards }) => shards.length)))
		: { value: sum(rows.map(shardsOf)), error: null };
	return {
		records: scaled.read(({ totals, task }) => totals.records - cutOf(task)),
		skippedRecords: byReason("skippedRecords"),
		leftOutRecords: byReason("leftOutRecords"),
		documents: scaled.read(({ totals }) => totals.documents),
		textBytes,
		tokens,
		specialTokens: scaled.read(({ totals }) => totals.specialTokens),
		tokensPerByte: textTokens.value / Math.max(1, textBytes.value),
		lengths: documentQuantiles(await scaled.lengths()),
		dropped: Object.fromEntries(
			Object.keys(sums.dropped).map((reason) => [
				reason,
				{
					documents: scaled.read(
						({ totals }) => totals.dropped[reason]?.documents ?? 0,
					),
					tokens: scaled.read(
						({ totals }) => totals.dropped[reason]?.tokens ?? 0,
					),
				},
			]),
		),
		rows: total(rows),
		sequences: total(sequences),
		fill: room === 0 ? 0 : held / room,
		padding: padded,
		buckets: settings.buckets.map(({ split, stratum, length }, i) => ({
			split,
			...(stratum !== undefined && {
				stratum: strata[stratum]?.name ?? null,
			}),
			length,
			rows: rows[i],
			sequences: sequences[i],
			tokens: inRows[i],
		})),
		sources: settings.sources.map(({ name }, source) => ({
			name,
			documents: scaled.read(({ totals }) => totals.documents, source),
			tokens: scaled.read(tokensOf, source),
		})),
		shards,
		shardBytes: scaled.rows(({ shards }) =>
			sum(shards.map(({ bytes }) => bytes)),
		),
		seconds: scaled.seconds(plan) / workers,
		windowBytes:
			4 * Math.min(settings.window, tokens.value / Math.max(1, reading)),
	};
}

function tokensOf({ totals }: TaskRecord): number {
	return totals.textTokens + totals.specialTokens;
}
