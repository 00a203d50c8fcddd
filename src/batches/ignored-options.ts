import { UsageError } from "../core/errors.js";
import type { ScheduleOptions } from "../curriculum/schedule.js";
import { findSchedule, schedules } from "../curriculum/schedules.js";
import type { StageRequest } from "../curriculum/stage-request.js";
import type { BatchKind } from "./plan.js";

/** Without `cycles`, which all take. */
const SCHEDULE_OPTIONS: readonly (keyof ScheduleOptions)[] = [
	"odds",
	"balanced",
	"minDifficulty",
	"maxDifficulty",
	"totalCurriculumStep",
	"difficultyStep",
	"rootDegree",
	"difficulty",
	"maxStep",
];

/**
 * Refuses what would be ignored without a word: of a stage what that stage has no use
 * for, of the options for all stages what none of them has.
 * @param own What each stage says itself.
 * @param stages The same, with what the options say for all.
 * @throws UsageError `ignored-option`
 */
export function refuseIgnored(
	options: Partial<StageRequest> & { batches?: BatchKind | undefined },
	own: readonly Partial<StageRequest>[],
	stages: readonly StageRequest[],
): void {
	for (const field of [
		...SCHEDULE_OPTIONS,
		"match" as const,
		"firstLongest" as const,
	]) {
		const whyNot = stages.map((stage) =>
			whyIgnored(field, stage, options.batches),
		);
		for (const [i, why] of whyNot.entries())
			if (why !== null && isGiven(own[i][field]))
				throw new UsageError(
					"ignored-option",
					`the "${field}" of stage ${i + 1} would change nothing: ${why}.`,
				);
		const [why] = whyNot;
		if (isGiven(options[field]) && !whyNot.includes(null))
			throw new UsageError(
				"ignored-option",
				`${field} (--${field.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}) would change nothing: ${why}.`,
			);
	}
}

/** Whether a value says more than leaving it out would. */
function isGiven(value: unknown): boolean {
	return value !== undefined && value !== false;
}

function whyIgnored(
	field: keyof ScheduleOptions | "match" | "firstLongest",
	stage: StageRequest,
	batches: BatchKind | undefined,
): string | null {
	if (field === "match")
		return stage.weights === undefined && stage.tokens === undefined
			? "it is for weights (--weights) or a number of tokens (--tokens)"
			: null;
	if (batches === "token-budget")
		return "batches by a token budget come in random order";
	if (field === "firstLongest") return null;
	if (findSchedule(stage.schedule).takes.includes(field)) return null;
	const others = Object.entries(schedules)
		.filter(([, { takes }]) => takes.includes(field))
		.map(([name]) => name);
	return `the schedule is ${stage.schedule}, and this is for ${others.join(", ")}`;
}
