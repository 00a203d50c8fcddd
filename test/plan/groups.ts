import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import {
	type BuildOptions,
	build,
	type CurriculumOptions,
	type CurriculumPlan,
	planCurriculum,
} from "seqpack";
import { temporaryDirectory } from "../helpers.js";

/** Token lists of some lengths; every third token is not trained on, where they are masked. */
export async function tokenRows(
	lengths: readonly number[],
	out: string,
	options: Partial<BuildOptions> & { seqLen: number },
	isMasked = false,
): Promise<string> {
	const lines = lengths.map((length, document) => {
		const ids = Array.from(
			{ length },
			(_, i) => (document * 131 + i * 7) % 3989,
		);
		const mask = ids.map((_, i) => Number(i % 3 !== 2));
		return `${JSON.stringify(isMasked ? { ids, mask } : { ids })}\n`;
	});
	writeFileSync(`${out}.jsonl`, lines.join(""));
	await build({
		inputs: [`${out}.jsonl`],
		tokensField: "ids",
		...(isMasked && { maskField: "mask" }),
		vocabSize: 4001,
		format: "arrow",
		taskSize: 20_000,
		workers: 0,
		out,
		...options,
	});
	return out;
}

/** Mostly short, some long: as documents are. */
export function skewedLengths(count: number, longest: number): number[] {
	return Array.from({ length: count }, (_, i) =>
		i % 37 === 5
			? longest - (i % 11)
			: i % 7 === 3
				? Math.floor(longest / 4) + (i % 13)
				: 5 + ((i * 31) % 40),
	);
}

/** Plans groups in a directory of its own. */
export async function groupsPlanned(
	options: Omit<CurriculumOptions, "out">,
	out = join(temporaryDirectory(), "plan"),
) {
	const plan = await planCurriculum({ ...options, out });
	const { groups } = plan;
	if (groups === undefined) throw new Error("the plan has no groups");
	return { out, plan, groups };
}

export interface GroupRow {
	step: number;
	microBatch: number;
	firstRank: number;
	degree: number;
	labels: number;
	cost: number;
	items: number[];
}

/** The groups of a plan by another reader, step by step. */
export function groupsOf(out: string, { groups, totals }: CurriculumPlan) {
	const table = tableFromIPC(readFileSync(join(out, groups?.path ?? "")));
	const steps: GroupRow[][] = Array.from({ length: totals.steps }, () => []);
	for (const row of table)
		steps[row.step].push({
			step: row.step,
			microBatch: row.micro_batch,
			firstRank: row.first_rank,
			degree: row.degree,
			labels: row.labels,
			cost: row.cost,
			items: [...row.items],
		});
	return steps;
}
