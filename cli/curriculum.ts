import { redactedJson } from "../src/core/secrets.js";
import { curriculumTable } from "../src/options/curriculum.js";
import { makePlan } from "../src/plan/make-plan.js";
import { commandOf, NUMBERS_NOTE } from "./command.js";
import { describePlan } from "./describe-plan.js";
import { outputTable } from "./output-options.js";
import { withProgress } from "./run-build.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

export const curriculumCommandTable = {
	...curriculumTable,
	...outputTable,
};

export const curriculumCommand = () =>
	commandOf({
		name: "curriculum",
		description:
			"Plan which rows of which datasets make each step of training.",
		table: curriculumCommandTable,
		arguments: ["datasets"],
		notes: NUMBERS_NOTE,
		isReported: true,
		examples: [
			"seqpack curriculum buckets/ --schedule grow-p2 --cycles 8 --tokens-per-step 512K --world-size 8 --out plan/",
			"seqpack curriculum rows/ --batches flat --tokens-per-step 16M --parallel-plan flexsp --devices 64 --tokens-per-device 6484 --out plan/",
			"seqpack curriculum --extend plan/ --skip 1200:1260 --out plan-2/",
			"seqpack curriculum store/ --order documents --chunk 2K --tokens-per-step 512K --world-size 8 --out plan/",
		],
		async run({ json, ...options }) {
			const began = performance.now();
			const { plan, isNew } = await withProgress((onProgress) =>
				makePlan({ ...options, onProgress }),
			);
			const seconds = (performance.now() - began) / 1000;
			const status = isNew ? "planned" : "already-planned";
			const { out, extend } = options;
			say(describePlan({ status, out, seconds }, extend, plan));
			if (json) await writeOut(`${redactedJson(plan)}\n`);
			return 0;
		},
	});
