import { batchKinds } from "../curriculum/batch-kinds.js";
import { checkSteps } from "../curriculum/plan-stage.js";
import type { PlanStage, SkippedSteps } from "./curriculum-plan.js";
import type { DatasetBuckets } from "./dataset-buckets.js";
import { LeftSequences } from "./left-sequences.js";
import type { ParentPlan } from "./parent-plan.js";
import { readSteps } from "./read-steps.js";
import { RegroupedSteps } from "./regroup-steps.js";
import { SkippedList } from "./skipped-steps.js";
import { StageCounts } from "./stage-counts.js";
import type { PlanStep } from "./steps-file.js";
import type { StepsWriter } from "./steps-writer.js";
import { surveySteps } from "./survey-steps.js";
import {
	placesOfStep,
	type RowsByLength,
	TakenPlaces,
} from "./taken-places.js";

/** What a plan has of the one that it goes on from. */
export interface KeptSteps {
	stages: PlanStage[];
	/** The first place of each dataset's rows that is free, by length, and how many rows are in steps. */
	used: RowsByLength;
	inSteps: RowsByLength;
	skipped: SkippedSteps[];
	/** How many of the first steps are those of the parent. */
	same: number;
}

/**
 * Writes the steps that a plan has of the one that it goes on from: those before a step as they are,
 * without those that are left out; and, where no stages come after them, the rest as it is or cut anew.
 */
export async function keepSteps(
	parent: ParentPlan,
	datasets: readonly DatasetBuckets[],
	writer: StepsWriter,
): Promise<KeptSteps> {
	const survey = await surveySteps(parent);
	if (parent.isRegrouped)
		for (const lengths of survey.lengthsOfRest) checkSteps(parent, lengths);
	const keeping = new Keeping(parent, survey.keptStages, datasets, writer);
	try {
		await keeping.run();
		return keeping.result(datasets.length);
	} finally {
		keeping.close();
	}
}

class Keeping {
	readonly #parent: ParentPlan;
	readonly #writer: StepsWriter;
	readonly #kept: readonly PlanStage[];
	readonly #rest: RegroupedSteps;
	readonly #taken = new TakenPlaces();
	readonly #counts = new StageCounts();
	readonly #skipped: SkippedList;
	/** Of batches of sequences, what is left out of their stages. */
	readonly #left: LeftSequences | null;
	#written = 0;

	constructor(
		parent: ParentPlan,
		keptStages: number,
		datasets: readonly DatasetBuckets[],
		writer: StepsWriter,
	) {
		const { plan, tokensPerStep } = parent;
		const rest = new RegroupedSteps(plan.stages, keptStages, tokensPerStep);
		const isPooled = batchKinds.find(plan.batches).items === "sequences";
		this.#parent = parent;
		this.#writer = writer;
		this.#kept = plan.stages.slice(0, keptStages);
		this.#rest = rest;
		this.#skipped = new SkippedList(plan.skipped ?? [], (stage) =>
			rest.numberOf(stage),
		);
		this.#left = isPooled ? new LeftSequences(plan, datasets) : null;
	}

	async run(): Promise<void> {
		const { directory, plan, from, skip, hasStages, isRegrouped } =
			this.#parent;
		let number = 0;
		let range = 0;
		for await (const steps of readSteps(directory, plan)) {
			for (const step of steps) {
				const isReplaced = hasStages && number >= from;
				if (isReplaced && !this.#isPartOfKept(step)) break;
				if (!isReplaced) this.#skipped.carry(number, this.#written);
				if (skip[range]?.[1] === number) range++;
				const isSkipped = skip[range]?.[0] <= number;
				if (isSkipped && skip[range][0] === number)
					this.#skipped.begin(this.#written);
				if (isReplaced) await this.#left?.add(step, true);
				else if (isSkipped) await this.#skip(step);
				else if (isRegrouped && number >= from)
					for (const cut of this.#rest.add(step)) {
						const writing = this.#write(cut);
						if (writing !== undefined) await writing;
					}
				else {
					const writing = this.#write(step);
					if (writing !== undefined) await writing;
				}
				number++;
			}
			if (hasStages && number === from && this.#left === null) break;
		}
		this.#skipped.carry(hasStages ? from : number, this.#written);
		this.#rest.finish();
	}

	result(datasets: number): KeptSteps {
		const { plan, from, skip, tokensPerStep, worldSize } = this.#parent;
		const own = differing({ tokensPerStep, worldSize }, plan);
		const cut = this.#rest.stages.map((stage) => ({ ...stage, ...own }));
		const stages = this.#counts.applyTo([...this.#kept, ...cut], this.#left);
		const skipped = this.#skipped.all;
		for (const { stage, bucket, end } of skipped.flatMap((s) => s.places))
			this.#taken.pass(stage, bucket, end);
		return {
			stages,
			skipped,
			same: Math.min(from, skip[0]?.[0] ?? from),
			...this.#taken.rows(stages, datasets),
		};
	}

	close(): void {
		this.#left?.close();
	}

	/** Whether a step that is replaced is of a stage of which others are kept, and is to be counted. */
	#isPartOfKept({ stage }: PlanStep): boolean {
		return this.#left !== null && stage < this.#kept.length;
	}

	async #skip(step: PlanStep): Promise<void> {
		const { length, batchSize } = step;
		const tokens =
			this.#left === null
				? length * batchSize
				: await this.#left.add(step, false);
		this.#skipped.add(step, this.#placesOf(step)[1], tokens);
	}

	#write(step: PlanStep): Promise<void> | undefined {
		this.#counts.add(step);
		this.#taken.take(step.stage, step.bucket, ...this.#placesOf(step));
		this.#written++;
		return this.#writer.add(step);
	}

	#placesOf(step: PlanStep): [from: number, end: number] {
		return placesOfStep(this.#parent.plan.stages[step.stage], step);
	}
}

/** What a stage says of its steps where it is another than the plan says. */
export function differing(
	own: { tokensPerStep: number; worldSize: number },
	plan: { tokensPerStep: number; worldSize: number },
): Pick<PlanStage, "tokensPerStep" | "worldSize"> {
	const { tokensPerStep, worldSize } = own;
	return {
		...(tokensPerStep !== plan.tokensPerStep && { tokensPerStep }),
		...(worldSize !== plan.worldSize && { worldSize }),
	};
}
