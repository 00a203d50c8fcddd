import { sum } from "../../../core/arithmetic.js";
import { readListed } from "../../../dataset/listed-file.js";
import type { CurriculumPlan } from "../../../plan/curriculum-plan.js";
import { lanesSchema } from "../../../plan/lanes-file.js";
import type { TakenPlaces } from "../../../plan/taken-places.js";
import { storageAt } from "../../../storage/storages.js";
import { arrow } from "../../../tables/arrow.js";
import { columnOf } from "../../../tables/columns.js";
import type { PlanPoint } from "../figures.js";

/** Rows and tokens of each dataset (inner) in each stage (outer). */
export interface SourceCounts {
	rows: number[][];
	tokens: number[][];
}

/**
 * What steps have of each dataset. Of batches of sequences the tokens are shared out by the
 * datasets' mean rows, since steps do not say which sequences they have.
 */
export function countSources(
	plan: CurriculumPlan,
	taken: TakenPlaces,
): SourceCounts {
	const { stages, datasets } = plan;
	const zeros = () => stages.map(() => datasets.map(() => 0));
	const rows = zeros();
	const tokens = zeros();
	for (const { stage, bucket, rows: ofSources } of taken.ofBuckets(stages))
		for (const [i, { dataset }] of bucket.sources.entries()) {
			rows[stage][dataset] += ofSources[i];
			const mean =
				stages[stage].pools === null
					? bucket.length
					: meanRow(plan.datasets[dataset], bucket.length);
			tokens[stage][dataset] += ofSources[i] * mean;
		}
	for (const [i, { pools, tokens: all }] of stages.entries())
		if (pools !== null) tokens[i] = sharedOut(all, tokens[i]);
	return { rows, tokens };
}

function meanRow(
	{ buckets }: CurriculumPlan["datasets"][number],
	length: number,
): number {
	const bucket = buckets.find((each) => each.length === length);
	return bucket === undefined || bucket.rows === 0
		? 0
		: bucket.tokens / bucket.rows;
}

/** Whole numbers that add up to a total, by their parts. */
function sharedOut(total: number, parts: readonly number[]): number[] {
	const all = sum(parts);
	if (all === 0) return parts.map(() => 0);
	let before = 0;
	let given = 0;
	return parts.map((part) => {
		before += part;
		const end = Math.round((before / all) * total);
		const own = end - given;
		given = end;
		return own;
	});
}

/**
 * What lanes read of each dataset; and of each point, whose tokens are set to those that are no padding.
 * @throws DataError where the file is not what the plan says
 */
export async function countLanes(
	directory: string,
	plan: CurriculumPlan,
	points: readonly PlanPoint[],
	stepsPerPoint: number,
): Promise<SourceCounts> {
	const { lanes, datasets } = plan;
	const rows = datasets.map(() => 0);
	const tokens = datasets.map(() => 0);
	if (lanes === undefined) return { rows: [rows], tokens: [tokens] };
	const { chunk } = lanes;
	for (const point of points) point.tokens = 0;
	const path = `${directory}/${lanes.path}`;
	const reading = readListed(storageAt(path), path, (file) =>
		arrow.read(file, lanes.bytes, lanesSchema),
	);
	for await (const batch of reading) {
		const firstStep = columnOf(batch, "first_step", "int32").values;
		const dataset = columnOf(batch, "dataset", "int32").values;
		const length = columnOf(batch, "tokens", "int32").values;
		for (let i = 0; i < batch.rows; i++) {
			rows[dataset[i]]++;
			tokens[dataset[i]] += length[i];
			let at = firstStep[i];
			for (let done = 0; done < length[i]; ) {
				const point = Math.floor(at / stepsPerPoint);
				const next = (point + 1) * stepsPerPoint;
				const end = Math.min(length[i], done + (next - at) * chunk);
				if (points[point] !== undefined) points[point].tokens += end - done;
				done = end;
				at = next;
			}
		}
	}
	return { rows: [rows], tokens: [tokens] };
}
