import { addCounts } from "../core/counts.js";
import { DataError } from "../core/errors.js";
import { datasetCard } from "../dataset/card.js";
import { datasetFormats } from "../dataset/formats.js";
import {
	type DatasetFile,
	type EarlierState,
	FORMAT_VERSION,
	filesOf,
	MANIFEST,
	type Manifest,
	type ManifestComposed,
	type SourceTotals,
} from "../dataset/manifest.js";
import { readManifest } from "../dataset/read-manifest.js";
import { summarize } from "../dataset/summary.js";
import {
	allRows,
	discrepancies,
	emptyTotals,
	type Totals,
} from "../dataset/totals.js";
import { joinLeftOut } from "../sources/find/left-out.js";
import { pathTo } from "../storage/paths.js";
import { signedJson } from "../storage/signed-json.js";
import { writeAll } from "../storage/storage.js";
import { InjectedList } from "./injected-list.js";
import { firstTaskOf, type Plan } from "./plan.js";
import { noteReplaced, putAway } from "./put-away.js";
import type { TaskRecord } from "./record.js";
import { SkippedList } from "./skipped-file.js";
import type { Task } from "./tasks-of-plan.js";
import type { Workspace } from "./workspace.js";

/**
 * Makes the dataset of a plan whose tasks are all done: puts the waiting files in
 * their places and writes the manifest last, which is what makes the directory a
 * dataset. A dataset of another plan stays whole until then; its files go after it.
 * Killed anywhere and run again, it ends the same.
 * @param records Those of all tasks, in the order of the tasks.
 */
export async function finalize(
	workspace: Workspace,
	plan: Plan,
	records: readonly TaskRecord[],
): Promise<Manifest> {
	const { storage } = workspace;
	const { beside, ...manifest } = await gather(workspace, plan, records);
	await placeFiles(workspace, filesOf({ ...manifest, beside: [] }));
	const contents = {
		"README.md": datasetCard({ ...manifest, beside }),
		...datasetFormats
			.find(plan.settings.format)
			.filesBeside({ ...manifest, beside }),
	};
	const written: DatasetFile[] = [];
	for (const [path, content] of Object.entries(contents))
		written.push({
			path,
			...(await writeAll(storage, workspace.place(path), content, {
				partialsIn: workspace.state(),
			})),
		});
	const whole: Manifest = { ...manifest, beside: written };
	await noteReplaced(workspace);
	await writeAll(storage, workspace.place(MANIFEST), signedJson(whole), {
		partialsIn: workspace.state(),
	});
	await putAway(workspace);
	return whole;
}

/** Puts files in their places that wait elsewhere. */
async function placeFiles(
	workspace: Workspace,
	files: readonly Pick<DatasetFile, "path">[],
): Promise<void> {
	await workspace.storage.moveAll?.(
		files.map(({ path }) => ({
			from: workspace.waiting(path),
			to: workspace.place(path),
		})),
	);
}

/** Everything the records say, as the manifest has it. */
async function gather(
	workspace: Workspace,
	plan: Plan,
	records: readonly TaskRecord[],
): Promise<Manifest> {
	const { tasks } = plan;
	const grown = await readGrown(workspace, plan);
	const settings = grown?.settings ?? plan.settings;
	const totals = addCounts(emptyTotals(), grown?.totals ?? {});
	const rooms = settings.buckets.map(
		({ capacity }) => new Float64Array(capacity + 1),
	);
	const sources = settings.sources.map(
		({ name }, i) => grown?.sources[i] ?? emptySource(name),
	);
	const shards = [...(grown?.shards ?? [])];
	const index = [...(grown?.index ?? [])];
	const lengths = [...(grown?.lengths ?? [])];
	const skippedList = new SkippedList(workspace, plan, grown?.skipped ?? null);
	for (const record of records) {
		addCounts(totals, record.totals);
		record.rooms.forEach((pairs, bucket) => {
			for (const [room, count] of pairs) rooms[bucket][room] += count;
		});
		const of = sourceOf(plan, record.task);
		if (of !== null) {
			const { name: source } = settings.sources[of];
			shards.push(...record.shards.map((shard) => ({ ...shard, source })));
			if (record.index !== null) index.push({ ...record.index, source });
			if (record.lengths) lengths.push({ ...record.lengths, source });
			sources[of] = addToSource(sources[of], record.totals);
		}
	}
	await skippedList.addAll(records);
	const injectedList = InjectedList.ofDataset(workspace);
	await injectedList.addAll(workspace, records);
	const injected = await injectedList.finish();
	const problems = discrepancies(totals);
	if (problems.length > 0) throw new Error(problems.join("; "));
	const ofKind = (kind: Task["kind"]) =>
		tasks.filter((task) => task.kind === kind).length;
	const { path, asked, ...tokenizer } = plan.tokenizer;
	return {
		formatVersion: FORMAT_VERSION,
		seqpackVersion: plan.seqpackVersion,
		planHash: plan.planHash,
		settings,
		onError: grown?.onError === "skip" ? "skip" : plan.onError,
		tokenizer,
		inputs: [
			...(grown?.inputs ?? []),
			...plan.inputs.map(({ source, bytes, fingerprint, of }) => ({
				...{ source, bytes, fingerprint },
				...(settings.sources.length > 1 &&
					plan.store === undefined && { of: settings.sources[of].name }),
			})),
		],
		leftOutInputs: joinLeftOut(grown?.leftOutInputs ?? [], plan.leftOut ?? []),
		tasks: {
			read: firstTaskOf(plan) + ofKind("read") + ofKind("pack"),
			repack: ofKind("repack"),
		},
		totals,
		sources,
		summary: summarize(totals, settings, rooms),
		shards,
		index,
		...(lengths.length > 0 && { lengths }),
		...(grown && { history: historyOf(grown) }),
		...(plan.store !== undefined &&
			settings.isIndex && {
				store: {
					path: pathTo(workspace.out, plan.store.path),
					planHash: plan.store.planHash,
				},
			}),
		skipped: await skippedList.finish(),
		...(plan.composed && { composed: plan.composed.map(manifestComposed) }),
		...(injected !== null && { injected }),
		beside: [],
	};
}

/**
 * The dataset that a plan adds to; null where it makes one. A store: of rows of one
 * length the counts by room would be wanted as well.
 */
async function readGrown(
	{ out }: Workspace,
	{ grows }: Plan,
): Promise<Manifest | null> {
	if (grows === undefined) return null;
	const manifest = await readManifest(out);
	if (manifest.planHash === grows.planHash) return manifest;
	throw new DataError(
		"store-changed",
		`${out} is not the store any more that was to be added to: it was changed in the meantime. Plan again.`,
	);
}

/** What is said of a composed source; where its list of spans was is nobody's business by then. */
function manifestComposed({
	injected,
	...composed
}: NonNullable<Plan["composed"]>[number]): ManifestComposed {
	if (injected === null) return { ...composed, injected };
	const { path, ...list } = injected;
	return { ...composed, injected: list };
}

function historyOf({
	history = [],
	planHash,
	seqpackVersion,
	tasks,
	inputs,
}: Manifest): EarlierState[] {
	const last = { planHash, seqpackVersion };
	return [...history, { ...last, tasks: tasks.read, inputs: inputs.length }];
}

/** The source whose rows a task makes, by its place in the settings; null where it makes none. */
function sourceOf({ tasks }: Plan, number: number): number | null {
	const task = tasks[number];
	const makesRows =
		task.kind === "read" || task.kind === "pack" || task.kind === "repack";
	return makesRows ? task.source : null;
}

function emptySource(name: string | null): SourceTotals {
	return {
		name,
		records: 0,
		documents: 0,
		textBytes: 0,
		textTokens: 0,
		specialTokens: 0,
		rows: 0,
		sequences: 0,
		tokens: 0,
		labels: 0,
	};
}

function addToSource({ name, ...sums }: SourceTotals, totals: Totals) {
	const all = { ...totals, ...allRows(totals) };
	for (const key of Object.keys(sums) as (keyof typeof sums)[])
		sums[key] += all[key];
	return { name, ...sums };
}
