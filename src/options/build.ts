import { LARGEST_CAPACITY } from "../core/capacity.js";
import { parseJson } from "../core/json.js";
import { logLevelOption, noticeOptions } from "../core/notices.js";
import {
	choice,
	entriesOf,
	entryOf,
	flag,
	type Given,
	grouped,
	integer,
	json,
	programValue,
	type Resolved,
	required,
	shareOrCount,
	text,
} from "../core/option.js";
import { progressOptions } from "../core/progress.js";
import { optionsOfEntries } from "../core/resolve-options.js";
import { datasetFormats } from "../dataset/formats.js";
import {
	layoutEntries,
	layouts,
	packingLayouts,
} from "../dataset/layouts/layouts.js";
import { trainers } from "../dataset/trainers/trainers.js";
import { turnSegmentsGiven } from "../decompose/given-segments.js";
import { longConversations } from "../decompose/long-conversations.js";
import { segmentOptions } from "../decompose/segment.js";
import {
	carriedTable,
	chatTemplateTable,
	conversationsTable,
	limit,
	partsField,
	readingTable,
	tokenListsTable,
	tokensTable,
	unitsTable,
} from "../documents/options.js";
import { strataTable } from "../documents/strata/options.js";
import { columnTable } from "../masks/column-options.js";
import { columns, storedColumns } from "../masks/columns.js";
import { lossWeightings } from "../masks/loss-weights.js";
import { isMaskForAll, type MaskKind, maskFault } from "../masks/mask-kinds.js";
import { orderTable } from "../pack/orders.js";
import { packDocumentsTable } from "../pack/pack-documents.js";
import { fingerprintKinds } from "../sources/find/fingerprint.js";
import { inputs, sources } from "./sources.js";

const {
	packer,
	longDocuments: _,
	maxSequence: __,
	...packing
} = packDocumentsTable;

const { carrySuffix, ...ofSegments } = segmentOptions;

/** Tokens that are packed together where nothing is said of it, at least and at most, and rows that they make. */
const USUAL_WINDOW = { least: 2 ** 24, most: 2 ** 26, rows: 128 };

/** @param capacity Tokens that the longest row can hold. */
export function usualWindow(capacity: number): number {
	const { least, most, rows } = USUAL_WINDOW;
	return Math.min(most, Math.max(least, rows * capacity));
}

/** What options of rows go with that hold several documents or pieces. */
const ofPacking = { layout: packingLayouts };

const columnsTold = {
	chunk: { ...columnTable.chunk, of: ofPacking },
	positions: { ...columnTable.positions, of: ofPacking },
	globalAttention: { ...columnTable.globalAttention, of: ofPacking },
};

/** The options of `build`. */
export const buildTable = {
	inputs,
	sources,
	out: required(
		text({
			placeholder: "dir",
			help: "the directory to write: new, empty, or of an unfinished build",
		}),
	),
	...grouped("Sources", {
		recipe: text({
			placeholder: "file",
			help: "a recipe that composes the records first: see seqpack compose",
			defaultText: "none",
		}),
	}),
	...readingTable,
	...grouped("Reading", {
		limit,
		partsField,
		dedupe: choice(["none", "exact"], {
			default: "none",
			help: "exact leaves out documents that repeat the whole text of an earlier one; the input is read twice",
		}),
		fingerprint: choice(fingerprintKinds, {
			default: "version",
			help: "how a changed file is recognised: by the version that its storage lists, if this identifies the content, else by a hash of its size and both ends; sample always uses the hash",
		}),
		keepSplits: flag({
			default: false,
			help: "put files whose names say validation or test into splits of these names",
		}),
		validation: shareOrCount({
			help: "the share of documents to hold out as the split validation, or their number; chosen by a hash of their texts",
			defaultText: "none",
		}),
	}),
	...conversationsTable,
	...chatTemplateTable,
	...tokenListsTable,
	...tokensTable,
	...unitsTable,
	...strataTable,
	...carriedTable,
	...grouped("Layout", {
		layout: entryOf(layouts, {
			default: "packed",
			help: "packed rows, buckets of a few lengths, or a store of documents to be packed by index",
		}),
	}),
	...grouped("Reading", {
		append: flag({
			default: false,
			of: { layout: layouts.where(({ packs }) => !packs) },
			help: "add the files that the store in the directory does not have yet; if there is no store, make one",
		}),
	}),
	...grouped("Conversations", {
		longConversations: entryOf(longConversations, {
			defaultFrom: (_, given) =>
				turnSegmentsGiven(given) ? "segment" : "split",
			defaultText: "split; segment, if messages are the units",
			of: ofPacking,
			help: "what to do with conversations longer than a row",
		}),
		keepSystem: flag({
			default: false,
			of: ofPacking,
			help: "begin each part of a long conversation with its system message, not trained on again",
		}),
	}),
	...grouped("Packing", {
		// Before the layout's own options, some of which go with some packers.
		packer: {
			...packer,
			of: ofPacking,
			defaultFrom: (values: { layout?: unknown }, given: object) =>
				layouts
					.find(String(values.layout))
					.packer(values as never, given as never),
		} as typeof packer,
	}),
	...grouped("Layout", optionsOfEntries("layout", layoutEntries)),
	...grouped("Segments", {
		carrySuffix: { ...carrySuffix, of: ofPacking },
	}),
	...grouped("Packing", {
		...(Object.fromEntries(
			Object.entries(ofSegments).map(([name, option]) => [
				name,
				{ ...option, of: ofPacking },
			]),
		) as unknown as typeof ofSegments),
		...packing,
		padToMultiple: integer({
			least: 1,
			most: LARGEST_CAPACITY,
			defaultText: "the whole row",
			of: ofPacking,
			help: "count padding up to a multiple of this, not up to the whole row",
		}),
		strataApart: flag({
			default: false,
			of: ofPacking,
			help: "keep rows of the strata apart, so that a curriculum can weigh them",
		}),
		window: integer({
			least: 1,
			most: 2 ** 30,
			defaultText: `${USUAL_WINDOW.least / 2 ** 20}M, or ${USUAL_WINDOW.rows} rows where that is more, up to ${USUAL_WINDOW.most / 2 ** 20}M`,
			of: ofPacking,
			help: "tokens that are packed together",
		}),
	}),
	...grouped("Rows", {
		for: entryOf(trainers, {
			of: ofPacking,
			defaultText: "none",
			help: "a trainer to build for: sets the options that it needs, and prints the code that loads the rows correctly",
		}),
		...orderTable,
		order: { ...orderTable.order, of: ofPacking },
		seed: integer({
			default: 0,
			of: ofPacking,
			help: "seed of the order of the rows",
		}),
		columns: entriesOf(
			{ ...columns, kind: "column to store", names: storedColumns },
			{
				default: [],
				defaultText: "none",
				of: ofPacking,
				help: "more columns to store",
			},
		),
		...columnsTold,
		shift: flag({
			default: false,
			of: ofPacking,
			help: "store loss_mask, labels and loss_weight one token earlier, for trainers that do not shift",
		}),
		lossWeight: entryOf(lossWeightings, {
			defaultText: "none",
			of: ofPacking,
			help: "store weights in the column loss_weight, so that each of these counts the same",
		}),
		mask: json(
			{
				placeholder: "kind",
				expected:
					'a kind of mask, such as {"kind":"sliding-window","window":4096}',
				written: "one",
				fault: maskFaultHere,
				parse: (text) =>
					text.startsWith("{") ? parseJson(text) : { kind: text },
			},
			{
				default: { kind: "causal" } as MaskKind,
				defaultText: "causal",
				of: ofPacking,
				help: "the attention mask that the rows are meant for, as a name or JSON; it is recorded only",
			},
		),
	}),
	...grouped("Writing", {
		format: entryOf(datasetFormats, {
			defaultFrom: ({ layout }) => layouts.find(String(layout)).format,
			defaultText: "parquet; arrow, for buckets and documents",
			help: "format of the shards",
		}),
		compression: text({
			placeholder: "name",
			defaultText: "the format's first",
			help: `compression of the shards: ${datasetFormats
				.entries()
				.map(
					([name, { compressions }]) =>
						`${name} has ${compressions.join(", ")}`,
				)
				.join("; ")}`,
		}),
		shardTokens: integer({
			least: 1,
			most: 2 ** 40,
			default: 2 ** 26,
			help: "tokens of a shard, at most",
		}),
		overwrite: flag({
			default: false,
			help: "replace a dataset made from something else",
		}),
	}),
	...grouped("Running", {
		workers: integer({
			most: 1024,
			defaultText: "one per CPU",
			help: "threads that build; 0 builds in the calling thread",
		}),
		taskSize: integer({
			least: 1,
			most: 2 ** 50,
			defaultText: "1/64 of the input, 8M to 256M",
			help: "uncompressed input bytes per task",
		}),
		signal: programValue<AbortSignal>(
			"an AbortSignal",
			(value) => value instanceof AbortSignal,
			{
				help: "aborts the build; what is done stays, and the same call resumes there",
			},
		),
		...progressOptions,
		...noticeOptions,
		...logLevelOption,
	}),
};

export type BuildOptions = Given<typeof buildTable>;
export type BuildValues = Resolved<typeof buildTable>;

/** What is wrong with a mask for a whole dataset. */
function maskFaultHere(value: unknown): string | null {
	const mask = value as MaskKind;
	const fault = maskFault(mask);
	if (fault !== null) return `: ${fault}`;
	return isMaskForAll(mask)
		? null
		: ` is ${mask.kind}, which differs from sequence to sequence: give one that holds for all`;
}
