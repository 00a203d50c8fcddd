// Does work whose threads misbehave (bad-threads.mjs), case after case, and tells what came of each.
// Arguments: a file with the cases, as JSON: { work, options, bad, limits, stopAfter }.
import { readFileSync } from "node:fs";
import { tokenizerOfPlan } from "../../dist/src/build/prepare.js";
import { runOnThreads } from "../../dist/src/engines/threads.js";
import {
	composeFiles,
	finalizeBuild,
	planBuild,
} from "../../dist/src/index.js";

const works = {
	async build({ options, limits, signal, told }) {
		const { workers, ...others } = options;
		const planned = await planBuild(others);
		const { out, plan } = planned;
		const tokenizer = await tokenizerOfPlan(plan);
		const tasks = [...plan.tasks.keys()];
		const events = {
			onProgress({ bytes, documents, tokens }) {
				told.bytes += bytes;
				told.documents += documents;
				told.tokens += tokens;
			},
			onTaskBegun: () => {},
			onTaskDone: () => {},
			onTaskAgain: (task, error, attempt) =>
				told.again.push(`${task} ${attempt}: ${error.message}`),
			onTaskFailed: () => {},
		};
		const context = { out, plan, tokenizer };
		await runOnThreads(context, tasks, workers, signal, events, limits);
		await finalizeBuild(planned);
	},
	async compose({ options, signal }) {
		await composeFiles({ ...options, signal });
	},
};

for (const one of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
	const { work, bad, stopAfter } = one;
	const told = { bytes: 0, documents: 0, tokens: 0, again: [] };
	const controller = new AbortController();
	const stopping = stopAfter && setTimeout(() => controller.abort(), stopAfter);
	// Threads are given what is in the environment when they begin.
	process.env.SEQPACK_BAD_THREADS = JSON.stringify(bad);
	const began = performance.now();
	let failure = null;
	try {
		await works[work]({ ...one, told, signal: controller.signal });
	} catch (error) {
		const { code, exitCode, message } = error;
		failure = { code, exitCode, message };
	}
	clearTimeout(stopping);
	const milliseconds = performance.now() - began;
	console.log(JSON.stringify({ ...told, failure, milliseconds }));
}
