import { type Found, lookAtOutput } from "../build/output-directory.js";
import type { Plan } from "../build/plan.js";
import { type PreparedTextBuild, prepareBuild } from "../build/prepare.js";
import { readRecords, requireRows } from "../build/record.js";
import type { Task } from "../build/tasks-of-plan.js";
import { Workspace } from "../build/workspace.js";
import type { Int32Buffer } from "../core/buffers.js";
import {
	DataError,
	optionName,
	SeqpackError,
	UsageError,
} from "../core/errors.js";
import { counted } from "../core/number-texts.js";
import type { BuildOptions } from "../options/build.js";
import { countLeftOut, type LeftOutReason } from "../sources/find/left-out.js";
import { usableCpus } from "../storage/usable-cpus.js";
import { type BuildCounts, countsOf } from "./build-counts.js";
import { withSizesOfCuts } from "./cut-sizes.js";
import { badRecordsOf } from "./first-bad-record.js";
import { runSample } from "./run-sample.js";
import { type Sample, sampleOf } from "./sample.js";
import { Scaled } from "./scaled.js";

/** What a build would do, and about what would come of it. */
export interface BuildEstimate {
	out: string;
	output: OutputState;
	inputs: {
		files: number;
		/** As stored. */
		bytes: number;
		kinds: {
			format: string;
			compression: string | null;
			files: number;
			bytes: number;
		}[];
		/** What was met and is no input, by reason, with an example. */
		leftOut: { why: LeftOutReason; count: number; example: string }[];
	};
	tasks: Record<Task["kind"], number>;
	/** Threads that would build. */
	workers: number;
	sample: {
		/** Whether it was all of the input: all counts are exact then. */
		isWhole: boolean;
		places: number;
		/** Uncompressed bytes that were read, and those of the whole input; about, where there is compressed input. */
		bytes: number;
		ofBytes: number;
		seconds: number;
	};
	/** The error that would stop the build, as far as the sample shows it; null: none. */
	stops: SeqpackError | null;
	/** Null where what stops the build left nothing to count. */
	counts: BuildCounts | null;
	/** What a build would tell while it prepares, and what a sample cannot tell, as sentences without a full stop. */
	notices: string[];
}

/** What the output directory holds, and what the build would do about it. */
export interface OutputState {
	/** `in-use`: the build would stop. */
	state: Found["state"] | "in-use";
	/** Tasks that are done. */
	tasksDone: number;
	/** Why it would stop; null where it would not. */
	fault: SeqpackError | null;
}

/** How much is read for an estimate. */
export interface EstimateOptions {
	/** Uncompressed bytes, at most about; a row group of Parquet and the like is read whole. Default 16 MiB. */
	sampleSize?: number;
	/** After how long no further part of the sample is begun. Default 20. */
	sampleSeconds?: number;
}

/**
 * Plans a build, reads a sample of its inputs, and says about what the build would come
 * to. Writes nothing and takes no lock. With a recipe all records are composed, into a temporary directory
 * that is removed at the end, unless the build's own state has them. A sample of places all over the inputs is
 * tokenized, cut and packed as the build would do it; input that is no larger than the
 * sample is read whole, and what is counted is exact.
 * @throws as `build` does for options and inputs that cannot be built from, but for
 * what is said in `stops` and in `output`; UsageError `bad-option` for standard input
 */
export async function estimateBuild(
	options: BuildOptions,
	sampling: EstimateOptions = {},
): Promise<BuildEstimate> {
	return (await sampleBuild(options, sampling)).estimate;
}

/** An estimate, and the documents of its sample. */
export interface SampledBuild {
	estimate: BuildEstimate;
	/** Tokens of each document of the sample, and how many documents each stands for; none where nothing could be read. */
	lengths: { lengths: Int32Buffer; weight: number }[];
	/** The files of the input. */
	files: { source: string; of: string | null; bytes: number }[];
}

/** The same as `estimateBuild`, with the lengths of the sample's documents. */
export async function sampleBuild(
	options: BuildOptions,
	{ sampleSize = 2 ** 24, sampleSeconds = 20 }: EstimateOptions = {},
): Promise<SampledBuild> {
	const notices: string[] = [];
	const prepared = await prepareBuild(
		{
			...options,
			onNotice(notice, level) {
				notices.push(notice);
				options.onNotice?.(notice, level);
			},
		},
		{ mayWrite: false },
	);
	try {
		return await estimate(prepared, options, notices, {
			sampleSize,
			sampleSeconds,
		});
	} finally {
		await prepared.discardInput();
	}
}

async function estimate(
	prepared: PreparedTextBuild,
	options: BuildOptions,
	notices: string[],
	{ sampleSize, sampleSeconds }: Required<EstimateOptions>,
): Promise<SampledBuild> {
	const { out, plan, divisions } = prepared;
	const began = performance.now();
	const sample = sampleOf(plan, divisions, sampleSize);
	const workers = workersOf(plan, options.workers);
	let bytes = 0;
	let stops: SeqpackError | null = null;
	let counts: BuildCounts | null = null;
	let lengths: SampledBuild["lengths"] = [];
	try {
		const run = await runSample(
			sample,
			prepared.tokenizer,
			sampleSeconds,
			options,
		);
		bytes = run.bytes;
		const bad = await badRecordsOf(run, sample.plan);
		const { ofCut, first } = bad;
		const sized = await withSizesOfCuts(run, plan, sample.plan, bad);
		counts = await countsOf(sized, plan, {
			isWhole: sample.isWhole,
			workers,
			ofCut,
		});
		lengths = await new Scaled(sized, plan, sample.isWhole).lengths();
		if (first !== null && plan.onError === "stop")
			stops = new DataError(
				first.reason,
				`${first.sentence} (${optionName("onError", "skip")} passes such records over).`,
			);
		else if (sample.isWhole) requireRows(plan, [...run.records.values()]);
	} catch (error) {
		if (!(error instanceof SeqpackError) || error.code === "interrupted")
			throw error;
		stops = error;
	}
	if (!sample.isWhole) notices.push(...unknownsOf(plan, sample));
	if (counts?.rows.value === 0 && !sample.isWhole)
		notices.push(
			"nothing in the sample comes to a row, and a build of no rows stops",
		);
	const estimate = {
		out,
		output: await outputState(prepared),
		inputs: inputsOf(prepared),
		tasks: tasksOf(plan),
		workers,
		sample: {
			isWhole: sample.isWhole,
			places: sample.places,
			bytes,
			ofBytes: sample.ofBytes,
			seconds: (performance.now() - began) / 1000,
		},
		stops,
		counts,
		notices,
	};
	const files = plan.inputs.map(({ source, of, bytes }) => ({
		...{ source, bytes },
		of: plan.settings.sources[of].name,
	}));
	return { estimate, lengths, files };
}

async function outputState({
	out,
	plan,
	replaces,
}: PreparedTextBuild): Promise<OutputState> {
	try {
		const { state } = await lookAtOutput(out, plan, replaces);
		const records =
			state === "unfinished"
				? await readRecords(new Workspace(out, plan.planHash), plan)
				: [];
		const done = records.filter((record) => record !== null).length;
		const tasksDone = state === "built" ? plan.tasks.length : done;
		return { state, tasksDone, fault: null };
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return { state: "in-use", tasksDone: 0, fault: error };
	}
}

function inputsOf({
	plan: { inputs },
	leftOut,
}: PreparedTextBuild): BuildEstimate["inputs"] {
	const kinds = new Map<string, BuildEstimate["inputs"]["kinds"][number]>();
	let all = 0;
	for (const { format, compression, bytes } of inputs) {
		const key = `${format} ${compression}`;
		const kind = kinds.get(key) ?? { format, compression, files: 0, bytes: 0 };
		kinds.set(key, kind);
		kind.files++;
		kind.bytes += bytes;
		all += bytes;
	}
	const counts = Object.entries(countLeftOut(leftOut)) as [
		LeftOutReason,
		number,
	][];
	return {
		files: inputs.length,
		bytes: all,
		kinds: [...kinds.values()],
		leftOut: counts.map(([why, count]) => ({
			why,
			count,
			example: leftOut.find((each) => each.why === why)?.path ?? "",
		})),
	};
}

function tasksOf({ tasks }: Plan): BuildEstimate["tasks"] {
	const counts = {
		read: 0,
		pack: 0,
		repack: 0,
		hash: 0,
		repeats: 0,
		threshold: 0,
	};
	for (const { kind } of tasks) counts[kind]++;
	return counts;
}

/** Threads that can be at work: tasks that wait for one another need one. */
function workersOf({ tasks }: Plan, asked: number | undefined): number {
	const reading = tasks.filter((task) => task.kind === "read");
	const waiting = reading.filter(({ after }) => after !== undefined);
	const most = asked ?? usableCpus();
	return Math.max(1, Math.min(most, reading.length - waiting.length));
}

/** What a part of the input does not show, as sentences. */
function unknownsOf({ settings }: Plan, { strata }: Sample): string[] {
	const unknown: string[] = [];
	if (settings.dedupe)
		unknown.push(
			"documents that repeat others are counted as if they were kept: a sample does not show how many there are, so the dataset can only be smaller",
		);
	if (settings.validation !== null && settings.validation >= 1)
		unknown.push(
			`${counted(settings.validation, "document")} to hold out ${settings.validation === 1 ? "is" : "are"} counted among those to train on`,
		);
	if (settings.strata?.perStratum !== undefined)
		unknown.push(
			`all documents of a stratum are counted, and ${settings.strata.perStratum} at most are taken of each: the dataset may be smaller`,
		);
	if (settings.sources.some(({ limit }) => limit !== null))
		unknown.push(
			"a limit takes the first documents, and the sample is from all over the input: they may be longer or shorter than others",
		);
	if (strata.some(({ parts }) => parts.some(({ cuts }) => cuts.length > 0)))
		unknown.push(
			"of files that are read from their beginning, only beginnings are in the sample; no range says how far the rest of them differs",
		);
	return unknown;
}
