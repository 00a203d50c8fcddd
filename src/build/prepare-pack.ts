import { DataError, optionName, UsageError } from "../core/errors.js";
import { type LogLevel, noticesUpTo, type OnNotice } from "../core/notices.js";
import { resolveOptions } from "../core/resolve-options.js";
import { withoutSlashes } from "../core/text.js";
import { compressionOf, datasetFormats } from "../dataset/formats.js";
import { layouts } from "../dataset/layouts/layouts.js";
import { splitsOf } from "../dataset/lengths.js";
import { FORMAT_VERSION } from "../dataset/manifest.js";
import { type OpenStore, openStore } from "../dataset/open-store.js";
import { requireRandomAccess } from "../dataset/random-access.js";
import { readManifest } from "../dataset/read-manifest.js";
import type { Settings } from "../dataset/settings.js";
import { treesNotWritten } from "../dataset/trees-not-written.js";
import type { StrataSettings } from "../documents/strata/strata-settings.js";
import { areGivenWeights } from "../masks/loss-weights.js";
import {
	type ExportOptions,
	exportTable,
	type PackStoreOptions,
	packStoreTable,
} from "../options/pack-store.js";
import { storageAt } from "../storage/storages.js";
import { version } from "../version.js";
import { hashOf, type Plan } from "./plan.js";
import type { PreparedBuild } from "./prepare.js";
import { checkRows, type RowValues, rowSettings } from "./resolve-settings.js";
import { shardSizes } from "./shard-sizes.js";
import { type PackTask, packTasks } from "./tasks-of-plan.js";
import { treeSettings } from "./tree-settings.js";

/** Room of an index's shards, in tokens: a task has one of each bucket. */
const INDEX_SHARD_TOKENS = 2 ** 42;

/**
 * Packing a store by index, as its options come out. Nothing is written yet.
 * @throws UsageError `not-a-store`, `not-random`, and those of wrong options
 */
export async function preparePack(
	options: PackStoreOptions,
): Promise<PreparedBuild> {
	const values = resolveOptions(packStoreTable, options);
	const directory = withoutSlashes(values.store);
	const manifest = await readManifest(directory);
	if (layouts.find(manifest.settings.layout).packs || !manifest.lengths)
		throw new UsageError(
			"not-a-store",
			`${directory} has rows already, of the layout ${manifest.settings.layout}: a store to pack is built with ${optionName("layout", layouts.where(({ packs }) => !packs)[0])}.`,
		);
	requireRandomAccess(directory, manifest.settings);
	const ofRows = {
		...values,
		...ofStrata(manifest.settings),
		shardTokens: INDEX_SHARD_TOKENS,
	} as unknown as RowValues;
	checkRows(ofRows, manifest.settings.sources);
	if (areGivenWeights(values.lossWeight ?? null))
		throw new UsageError(
			"bad-option",
			`${optionName("lossWeight")} is ${values.lossWeight}, and a store does not keep the weights of records: build rows of the records themselves, or give another weighting.`,
		);
	const trees = treeSettings(values, manifest.settings);
	const [format] = datasetFormats.where(({ randomAccess }) => randomAccess);
	const settings: Settings = {
		...manifest.settings,
		...rowSettings(
			ofRows,
			manifest.settings.sources,
			splitsOf(manifest.settings),
		),
		format,
		compression: datasetFormats.find(format).compressions[0],
		...trees,
		isIndex: true,
	};
	return prepared({ directory, manifest }, settings, values);
}

/**
 * Writing the rows of a packing out, as its options come out. Nothing is written yet.
 * @throws UsageError `not-a-packing`, and those of wrong options; DataError
 * `store-changed`, `other-version`
 */
export async function prepareExport(
	options: ExportOptions,
): Promise<PreparedBuild> {
	const values = resolveOptions(exportTable, options);
	const directory = withoutSlashes(values.packing);
	const {
		store: known,
		settings: packed,
		...manifest
	} = await readManifest(directory);
	if (known === undefined)
		throw new UsageError(
			"not-a-packing",
			`${directory} has its rows in files already: what is exported is an index over a store, made by seqpack pack.`,
		);
	if (packed.prefixTree !== undefined) throw treesNotWritten(directory);
	if (manifest.seqpackVersion !== version)
		throw new DataError(
			"other-version",
			`${directory} was packed by seqpack ${manifest.seqpackVersion}, and this is ${version}, which may pack in another way: pack the store again, which reads no tokens.`,
		);
	const { isIndex, ...settings } = packed;
	const format = values.format ?? layouts.find(settings.layout).format;
	const compression = compressionOf({ ...values, format });
	const written: Settings = {
		...settings,
		buckets: settings.buckets.map(({ shardRows, ...bucket }) => ({
			...bucket,
			...shardSizes(bucket.capacity, values.shardTokens),
		})),
		format,
		compression,
	};
	const fault = datasetFormats
		.find(format)
		.fault(written, manifest.tokenizer.vocabSize);
	if (fault !== null)
		throw new UsageError(
			"bad-option",
			`${optionName("format")} is ${format}, which cannot carry these rows: ${fault}.`,
		);
	return prepared(await openStore(directory, known), written, values);
}

/** What options of rows go by that are of a build. */
function ofStrata({
	strata,
}: Settings): Pick<StrataSettings, "strata" | "perStratum"> {
	return {
		...(strata?.strata !== undefined && { strata: strata.strata }),
		...(strata?.perStratum !== undefined && { perStratum: strata.perStratum }),
	};
}

function prepared(
	{ directory, manifest }: OpenStore,
	settings: Settings,
	{
		out,
		overwrite,
		onNotice,
		logLevel,
	}: {
		out: string;
		overwrite: boolean;
		onNotice?: OnNotice | undefined;
		logLevel?: LogLevel | undefined;
	},
): PreparedBuild {
	const { planHash, tokenizer } = manifest;
	const plan: Omit<Plan, "planHash"> = {
		formatVersion: FORMAT_VERSION,
		seqpackVersion: version,
		settings,
		tokenizer: { ...tokenizer, path: "", asked: "" },
		inputs: manifest.inputs.map((input) => ({
			...input,
			of: 0,
			split: "",
			path: directory,
			version: "",
			format: "",
			compression: null,
			frames: null,
		})),
		store: { path: storageAt(directory).absolute(directory), planHash },
		chat: null,
		onError: "stop",
		tasks: packTasks(tasksOf(manifest, settings), settings),
	};
	return {
		out: withoutSlashes(out),
		plan: { ...plan, planHash: hashOf(plan) },
		tokenizer: null,
		replaces: overwrite ? "everything" : "nothing",
		notify: noticesUpTo(logLevel, onNotice),
		discardInput: async () => {},
	};
}

/** A task for each that has read the store. */
function tasksOf(
	{ tasks, lengths = [], shards, index }: OpenStore["manifest"],
	{ sources, isIndex = false, prefixTree }: Settings,
): PackTask[] {
	return Array.from({ length: tasks.read }, (_, task) => {
		const own = lengths.find((each) => each.task === task);
		if (own === undefined)
			throw new DataError(
				"bad-manifest",
				`the store lists no lengths of its task ${task}: build it again.`,
			);
		const pack: PackTask = {
			kind: "pack",
			source: sources.findIndex(({ name }) => name === own.source),
			lengths: own,
		};
		if (isIndex && prefixTree === undefined) return pack;
		return {
			...pack,
			shards: shards
				.filter((shard) => shard.task === task)
				.map(({ path, bytes }) => ({ path, bytes })),
			index: index.find((each) => each.task === task) ?? null,
		};
	});
}
