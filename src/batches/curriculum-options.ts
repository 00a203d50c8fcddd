import { UsageError } from "../core/errors.js";
import {
	requireBoolean,
	requireInteger,
	requireOneOf,
} from "../core/require.js";
import { findSchedule } from "../curriculum/schedules.js";
import type { StageRequest } from "../curriculum/stage-request.js";
import { refuseIgnored } from "./ignored-options.js";
import { type BatchKind, batchKinds } from "./plan.js";

export interface CurriculumOptions extends Partial<StageRequest> {
	/** Directories of datasets. */
	datasets: readonly string[];
	/** The directory to write. */
	out: string;
	/** Tokens of a step, of all ranks together. */
	tokensPerStep: number;
	/** Ranks that share a step; default 1. */
	worldSize?: number | undefined;
	/** Times that the data is used; default 1. */
	epochs?: number | undefined;
	/** Default `bucketed` or `packed`, by the layout of the datasets. */
	batches?: BatchKind | undefined;
	/** The token to pad rows with; default EOS, or 0. */
	padId?: number | undefined;
	seed?: number | undefined;
	/** Stages, one after the other; default one, of the other options. */
	stages?: readonly Partial<StageRequest>[] | undefined;
	/** Replace another plan in the directory. */
	overwrite?: boolean | undefined;
}

/** What a stage can be asked for: the fields of a list of stages. */
const STAGE_FIELDS: readonly (keyof StageRequest)[] = [
	"schedule",
	"cycles",
	"odds",
	"balanced",
	"minDifficulty",
	"maxDifficulty",
	"totalCurriculumStep",
	"difficultyStep",
	"rootDegree",
	"difficulty",
	"maxStep",
	"tokens",
	"buckets",
	"minLength",
	"maxLength",
	"weights",
	"match",
	"firstLongest",
];

const LISTS: readonly string[] = [
	"odds",
	"difficulty",
	"maxStep",
	"buckets",
	"weights",
];

/** The stages; each has what it says, and else what the options say for all. */
export function stagesOf(options: CurriculumOptions): StageRequest[] {
	const { stages = [{}], schedule } = options;
	const isStaged = schedule === "stages";
	if (isStaged && options.stages === undefined)
		throw new UsageError(
			"bad-stages",
			"the schedule is stages: say which they are (--stages).",
		);
	if (
		!Array.isArray(stages) ||
		stages.some((s) => typeof s !== "object" || s === null)
	)
		throw new UsageError(
			"bad-stages",
			'stages (--stages) are no list of objects, such as [{"schedule":"grow-p2","maxLength":8192}].',
		);
	return stages.map((stage, i) => {
		for (const field of Object.keys(stage))
			if (!STAGE_FIELDS.includes(field as keyof StageRequest))
				throw new UsageError(
					"bad-stages",
					`stage ${i + 1} has the field "${field}"; a stage has: ${STAGE_FIELDS.join(", ")}.`,
				);
		for (const field of LISTS)
			if (
				field in stage &&
				!Array.isArray((stage as Record<string, unknown>)[field])
			)
				throw new UsageError(
					"bad-stages",
					`stage ${i + 1} has a "${field}" that is no list: give one, such as [1, 2].`,
				);
		const given = STAGE_FIELDS.map((field) => [
			field,
			(stage as Partial<StageRequest>)[field] ?? options[field],
		]).filter(
			([, value]) => value !== undefined && !(isStaged && value === schedule),
		);
		return { schedule: "natural", cycles: 1, ...Object.fromEntries(given) };
	});
}

/** @throws UsageError for options that cannot be, before anything is read. */
export function checkCurriculumOptions(options: CurriculumOptions): void {
	requireInteger(
		"tokensPerStep (--tokens-per-step)",
		options.tokensPerStep,
		1,
		2 ** 40,
	);
	requireInteger("worldSize (--world-size)", options.worldSize, 1, 2 ** 20);
	requireInteger("epochs (--epochs)", options.epochs, 1, 2 ** 20);
	requireInteger("seed (--seed)", options.seed, 0);
	requireInteger("padId (--pad-id)", options.padId, 0, 2 ** 31 - 1);
	const { batches, datasets } = options;
	if (batches !== undefined)
		requireOneOf("batches (--batches)", batches, batchKinds);
	if (datasets.length === 0)
		throw new UsageError(
			"bad-option",
			"no dataset is given: name its directory.",
		);
	if (new Set(datasets).size < datasets.length)
		throw new UsageError(
			"bad-option",
			"a dataset is given twice: to use it more often, give it a weight (--weights) or more --epochs.",
		);
	const stages = stagesOf(options);
	if (stages.length === 0)
		throw new UsageError("bad-stages", "the list of stages is empty.");
	for (const [i, stage] of stages.entries()) {
		findSchedule(stage.schedule);
		requireInteger("cycles (--cycles)", stage.cycles, 1, 2 ** 20);
		requireInteger("minLength (--min-length)", stage.minLength, 1);
		requireInteger("maxLength (--max-length)", stage.maxLength, 1);
		for (const field of ["balanced", "firstLongest"] as const)
			requireBoolean(field, stage[field]);
		if (stage.match !== undefined)
			requireOneOf("match (--match)", stage.match, ["sample", "repeat"]);
		if (batches === "token-budget" && stage.schedule !== "natural")
			throw new UsageError(
				"bad-option",
				`batches by a token budget come in random order, and the schedule of stage ${i + 1} is ${stage.schedule}: leave it out.`,
			);
	}
	refuseIgnored(options, options.stages ?? [{}], stages);
}
