// Small datasets, plans and unfinished builds of every kind, and what can be done with each.
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Int64 } from "apache-arrow";
import {
	type BuildOptions,
	build,
	type CurriculumOptions,
	composeFiles,
	datasetFormats,
	exportDataset,
	packRecords,
	packStore,
	planBuild,
	planCurriculum,
	runTasks,
} from "seqpack";
import { exportFormats } from "../../src/dataset/exports/exports.js";
import { layouts } from "../../src/dataset/layouts/layouts.js";
import { writeInputs, writers } from "../records/inputs.js";

/** One thing that is done, as own-files-actions.mjs takes it. */
export interface Action {
	action: string;
	/** The directory that it reads. */
	path: string;
	/** Whether it writes a directory of its own. */
	writes?: boolean;
	to?: string;
	/** What it is compared with. */
	other?: string;
	options?: Record<string, unknown>;
}

/** Directories that belong together: a file of one may be read through another. */
export interface FileSet {
	name: string;
	/** The directories whose files are changed. */
	directories: string[];
	actions: Action[];
}

const VOCAB = 1000;

const documents = Array.from({ length: 36 }, (_, d) => {
	const length = 1 + ((d * 37) % 150);
	const ids = Array.from(
		{ length },
		(_, i) => (d * 131 + i * 17) % (VOCAB - 1),
	);
	return {
		id: `document-${d}`,
		text: `Document ${d}.`,
		ids,
		mask: ids.map((_, i) => Number(i > 0 && (i + d) % 3 === 0)),
	};
});

/** Options that a layout's datasets are built with. */
const ofLayout: Record<
	(typeof layouts.names)[number],
	Partial<BuildOptions>
> = {
	packed: { seqLen: 128, maskField: "mask" },
	buckets: {
		layout: "buckets",
		minLength: 16,
		maxLength: 64,
		validation: 0.2,
	},
	documents: { layout: "documents", maskField: "mask" },
};

const reading = ["rows", "row", "documents", "verify", "trace", "figures"];

export async function makeSets(directory: string): Promise<FileSet[]> {
	const at = (name: string) => join(directory, name);
	const input = at("documents.jsonl");
	writeFileSync(
		input,
		documents.map((document) => `${JSON.stringify(document)}\n`).join(""),
	);
	const make = async (name: string, options: Partial<BuildOptions>) => {
		await build({
			inputs: [input],
			tokensField: "ids",
			idField: "id",
			vocabSize: VOCAB,
			workers: 0,
			taskSize: 8000,
			shardTokens: 900,
			...options,
			out: at(name),
		});
		return at(name);
	};
	const sets: FileSet[] = [];
	// Of no set: it is whole whatever becomes of the others.
	const other = await make("other", { ...ofLayout.packed, seed: 2 });
	for (const layout of layouts.names)
		for (const format of datasetFormats.names) {
			const name = `${layout}-${format}`;
			const path = await make(name, { ...ofLayout[layout], format });
			const actions: Action[] = [
				...[...reading, "audit"].map((action) => ({ action, path })),
				{ action: "diff", path, other },
				{ action: "convert", path, writes: true },
				...exportFormats.names.map((to) => ({
					...{ action: "export", path, writes: true, to },
				})),
			];
			sets.push({ name, directories: [path], actions });
		}
	const packed = at("packed-arrow");
	const buckets = at("buckets-arrow");
	const store = at("documents-arrow");
	const more = await make("more-buckets", { ...ofLayout.buckets, seed: 1 });
	const packing = at("packing");
	await packStore({ store, seqLen: 128, workers: 0, out: packing });
	sets.push({
		name: "packing",
		directories: [packing, store],
		actions: [
			...reading.map((action) => ({ action, path: packing })),
			{ action: "diff", path: packing, other },
			{ action: "pack", path: store, writes: true },
			{
				...{ action: "export", path: packing, writes: true },
				to: exportFormats.names[0],
			},
		],
	});
	const plans: Record<string, Omit<CurriculumOptions, "out">> = {
		packed: { datasets: [packed], tokensPerStep: 512 },
		packing: { datasets: [packing], tokensPerStep: 512, epochs: 2 },
		flat: { datasets: [packed], tokensPerStep: 512, batches: "flat" },
		growing: {
			datasets: [buckets],
			tokensPerStep: 128,
			schedule: "grow-p2",
			cycles: 2,
		},
		mixed: {
			datasets: [buckets, more],
			tokensPerStep: 128,
			weights: [0.3, 0.7],
		},
		budget: {
			datasets: [packed],
			tokensPerStep: 512,
			batches: "token-budget",
		},
		lanes: {
			datasets: [store],
			order: "documents",
			chunk: 16,
			tokensPerStep: 64,
		} as never,
		groups: {
			datasets: [packed],
			tokensPerStep: 1024,
			batches: "flat",
			parallelPlan: "bytescale",
			devices: 4,
			tokensPerDevice: 128,
		},
	};
	for (const [name, options] of Object.entries(plans)) {
		const plan = at(`plan-${name}`);
		await planCurriculum({ ...options, out: plan });
		sets.push(setOfPlan(name, plan, options));
	}
	const extended = at("plan-extended");
	await planCurriculum({
		...{ extend: at("plan-packed"), skip: [[1, 2]], out: extended },
	} as never);
	sets.push(setOfPlan("extended", extended, plans.packed));
	sets.push(await unfinishedBuild(at("begun"), input));
	sets.push(await packedRecords(directory));
	for (const to of exportFormats.names) {
		const path = at(`export-${to}`);
		await exportDataset({ source: packed, to, out: path });
		sets.push(listed(path));
	}
	const composed = at("composed");
	writeFileSync(at("recipe.json"), '{"steps":[{"separator":{"text":" "}}]}');
	await composeFiles({
		...{ recipe: at("recipe.json"), inputs: [input], workers: 0 },
		out: composed,
	});
	sets.push(listed(composed));
	return sets;
}

function setOfPlan(
	name: string,
	plan: string,
	{ datasets = [], ...options }: Omit<CurriculumOptions, "out">,
): FileSet {
	const { order, parallelPlan } = options as Record<string, unknown>;
	const isExtended = order === undefined && parallelPlan === undefined;
	return {
		name: `plan-${name}`,
		directories: [plan, ...new Set(datasets)],
		actions: [
			{ action: "figures", path: plan },
			{ action: "verify", path: plan },
			{ action: "diff", path: plan, other: plan },
			{ action: "batches", path: plan },
			{ action: "batches", path: plan, options: { fromStep: 2, steps: 2 } },
			{
				...{ action: "export", path: plan, writes: true },
				to: exportFormats.names[0],
			},
			{
				...{ action: "curriculum", path: datasets[0] ?? "", writes: true },
				options,
			},
			...(isExtended
				? [
						{
							...{ action: "extend", path: plan, writes: true },
							options: { skip: [[0, 1]] },
						},
					]
				: []),
		],
	};
}

/** A build of which some tasks are done. */
async function unfinishedBuild(path: string, input: string): Promise<FileSet> {
	const options: Omit<BuildOptions, "out"> = {
		inputs: [input],
		tokensField: "ids",
		vocabSize: VOCAB,
		workers: 0,
		taskSize: 4000,
		seqLen: 128,
		shardTokens: 900,
		dedupe: "exact",
	};
	const planned = await planBuild({ ...options, out: path });
	const { tasks } = planned.plan;
	const reads = [...tasks.keys()].filter((task) => tasks[task].kind === "read");
	const left = reads.slice(-2);
	await runTasks(
		planned,
		[...tasks.keys()].filter(
			(task) => tasks[task].kind !== "repack" && !left.includes(task),
		),
	);
	return {
		name: "begun",
		directories: [path],
		actions: [
			{ action: "resume", path, writes: true, options },
			{ action: "resume", path, writes: true, options },
			{ action: "finalize", path, writes: true },
			{ action: "status", path },
			{ action: "figures", path },
		],
	};
}

/** Records that are packed by their lengths, and once more in their place. */
async function packedRecords(directory: string): Promise<FileSet> {
	const path = join(directory, "records");
	const n = Array.from({ length: 40 }, (_, i) => BigInt(1 + ((i * 37) % 100)));
	const [input] = writeInputs(directory, {
		"records.parquet": writers["parquet file"]({ n: [new Int64(), n] }),
	});
	const options = { inputs: [input], seqLen: 256, lengthColumn: "n" };
	const kind = { kind: "parquet" };
	await packRecords({ ...options, out: path });
	return {
		name: "records",
		directories: [path],
		actions: [
			{ action: "records", path, options },
			...listed(path).actions,
			{ action: "audit", path: join(path, "data"), options: kind },
		],
	};
}

/** Files that a list beside them has. */
function listed(path: string): FileSet {
	return {
		name: basename(path),
		directories: [path],
		actions: [
			{ action: "verify", path },
			{ action: "figures", path },
			{ action: "diff", path, other: path },
		],
	};
}
