import { inputFile, type Plan } from "../build/plan.js";
import { readBytes } from "../sources/bytes/bytes.js";
import { BadInput } from "../sources/source.js";
import type { BadRecords } from "./first-bad-record.js";
import { cutShort, type SampleRun } from "./run-sample.js";
import type { Cut } from "./sample.js";

/**
 * The run with the sizes of what was read, where inputs are cut short: up to the end of
 * the last whole record, and by how much they were found to expand.
 */
export async function withSizesOfCuts(
	run: SampleRun,
	plan: Plan,
	sampled: Plan,
	{ ofCut }: BadRecords,
): Promise<SampleRun> {
	const sizeOf = async (cut: Cut, task: number) => {
		const ratio = await expansionOf(cut, sampled);
		const { bytes: stored } = plan.inputs[cut.input];
		const bad = ofCut.get(task)?.find(({ span }) => span === cut.span);
		const end = bad?.position ?? ratio * sampled.inputs[cut.input].bytes;
		return Math.min(1, end / (stored * ratio)) * cut.ofBytes;
	};
	const strata = [];
	for (const stratum of run.strata) {
		const parts = [];
		for (const part of stratum.parts) {
			let { bytes } = part;
			for (const cut of part.cuts)
				bytes += (await sizeOf(cut, part.task)) - cut.bytes;
			parts.push({ ...part, bytes });
		}
		strata.push({ ...stratum, parts });
	}
	return { ...run, strata };
}

/**
 * How many bytes come of each that is stored: of the second half of the cut, since at
 * the end of each half there is some of which nothing comes yet.
 */
async function expansionOf({ input }: Cut, plan: Plan): Promise<number> {
	const whole = plan.inputs[input];
	if (whole.compression === null) return 1;
	const half = { ...whole, bytes: Math.floor(whole.bytes / 2) };
	const [all, first] = [await lengthOf(whole), await lengthOf(half)];
	const ratio = (all - first) / (whole.bytes - half.bytes);
	return ratio > 0 ? ratio : Math.max(1, all / whole.bytes);

	async function lengthOf(of: typeof whole): Promise<number> {
		let length = 0;
		try {
			const file = inputFile(of, plan.settings);
			for await (const piece of readBytes(cutShort(of), file))
				length += piece.length;
		} catch (error) {
			if (!(error instanceof BadInput)) throw error;
		}
		return length;
	}
}
