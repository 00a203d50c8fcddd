import { join } from "node:path";
import { type CurriculumOptions, openBatches, planCurriculum } from "seqpack";
import { allOf, rowsOf } from "../batches/datasets.js";
import { temporaryDirectory } from "../helpers.js";

/** Plans in a directory of its own, steps of 1024 tokens. */
export function planned(
	options: Partial<CurriculumOptions> & Pick<CurriculumOptions, "datasets">,
) {
	return planCurriculum({
		tokensPerStep: 1024,
		out: join(temporaryDirectory(), "plan"),
		...options,
	});
}

/** Plans, reads all batches of all ranks, and gives what was seen. */
export async function plannedAndRead(
	options: Partial<CurriculumOptions> & Pick<CurriculumOptions, "datasets">,
	worldSize = 1,
) {
	const out = join(temporaryDirectory(), "plan");
	const plan = await planned({ ...options, out, worldSize });
	const ranks = [];
	for (let rank = 0; rank < worldSize; rank++)
		ranks.push(
			await allOf(await openBatches(out, { rank, worldSize, readAhead: 0 })),
		);
	return { out, plan, ranks, seen: ranks.flat().flatMap(rowsOf) };
}
