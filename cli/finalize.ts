import { noTimes } from "../src/build/stopwatch.js";
import {
	type BuildResult,
	finalizeBuild,
	findBuild,
	tidyBuilt,
} from "../src/engines/build.js";
import { plannedIn, wait } from "../src/engines/options.js";
import { commandOf } from "./command.js";
import { directory, outputTable } from "./output-options.js";
import { runBuild } from "./run-build.js";
import { noteOut } from "./under-way.js";

export const finalizeCommand = () =>
	commandOf({
		name: "finalize",
		description:
			"Make the dataset of a planned build once all its tasks are done. It looks at the records of tasks, not at the state of jobs.",
		table: {
			out: plannedIn,
			wait,
			...outputTable,
		},
		arguments: ["out"],
		isReported: true,
		examples: ["seqpack finalize data/", "seqpack finalize data/ --wait 3600"],
		async run({ out: given, wait, json }) {
			const out = directory(given);
			noteOut(out);
			return runBuild(
				"finalize",
				json,
				async ({ signal, onProgress }): Promise<BuildResult> => {
					const began = performance.now();
					const found = await findBuild(out);
					if (found.planned === null) await tidyBuilt(out, found.manifest);
					const manifest =
						found.planned === null
							? found.manifest
							: await finalizeBuild(found.planned, {
									wait,
									signal,
									onProgress,
								});
					return {
						status: found.planned === null ? "already-built" : "built",
						...{ out, manifest, tasksResumed: 0, stages: noTimes() },
						seconds: (performance.now() - began) / 1000,
					};
				},
			);
		},
	});
