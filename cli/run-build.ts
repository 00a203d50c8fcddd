import { InterruptedError } from "../src/core/errors.js";
import { exitCodes } from "../src/core/exit-codes.js";
import type { LogLevel, OnNotice } from "../src/core/notices.js";
import type { OnProgress } from "../src/core/progress.js";
import { redactedJson } from "../src/core/secrets.js";
import { skippedIn } from "../src/dataset/skipped.js";
import type { BuildResult } from "../src/engines/build.js";
import { describeBuild } from "./describe-build.js";
import { failWith } from "./fail.js";
import { ProgressDisplay } from "./progress.js";
import { logLevel, say, saySentence } from "./say.js";
import { onStopSignals } from "./signals.js";
import { writeOut } from "./streams.js";
import { note } from "./under-way.js";

/** What a build is told by the command that runs it. */
export interface Running {
	signal: AbortSignal;
	onNotice: OnNotice;
	logLevel: LogLevel;
	onProgress: OnProgress;
}

/**
 * Runs a build: tells how far it is and what came of it, and stops it where it is asked to.
 * @param run Null: there is nothing to tell of.
 * @returns The exit code.
 */
export function runBuild(
	command: string,
	json: boolean | undefined,
	run: (running: Running, clear: () => void) => Promise<BuildResult | null>,
): Promise<number> {
	return runTold(
		json,
		run,
		describeBuild,
		(result) => summary(command, result),
		({ manifest }) => skippedIn(manifest),
	);
}

/**
 * Runs what takes a while, as `runBuild` does.
 * @param run Is given, besides, what takes away what is drawn, before it writes to stdout.
 * @param describe What came of it, as lines for a person.
 * @param summarize The same for a program.
 * @param skippedOf How many records, or files, were passed over because they could not be used.
 */
export async function runTold<T>(
	json = false,
	run: (running: Running, clear: () => void) => Promise<T | null>,
	describe: (result: T) => string,
	summarize: (result: T) => object,
	skippedOf: (result: T) => number = () => 0,
): Promise<number> {
	const stop = onStopSignals(() =>
		saySentence("stopping; press Ctrl-C again to stop at once", "info"),
	);
	try {
		const result = await withProgress((onProgress, clear) =>
			run(
				{
					signal: stop.signal,
					onNotice: saySentence,
					logLevel: logLevel(),
					onProgress,
				},
				clear,
			),
		);
		if (result === null) return 0;
		say(describe(result));
		if (json) await writeOut(`${redactedJson(summarize(result))}\n`);
		return skippedOf(result) > 0 ? exitCodes.skipped.code : exitCodes.done.code;
	} catch (error) {
		if (!(error instanceof InterruptedError)) throw error;
		failWith(error);
		return stop.exitCode();
	} finally {
		stop.release();
	}
}

/** Does work, and tells how far it is meanwhile. */
export async function withProgress<T>(
	work: (onProgress: OnProgress, clear: () => void) => Promise<T>,
): Promise<T> {
	const display = await ProgressDisplay.open();
	try {
		return await work(
			(now) => {
				note({ progress: now });
				display.update(now);
			},
			() => display.clear(),
		);
	} finally {
		display.stop();
	}
}

/** What `--json` prints; its fields only grow within a version. */
function summary(
	command: string,
	{ status, out, manifest, tasksResumed, seconds }: BuildResult,
) {
	return {
		version: 2,
		command,
		status,
		out,
		seconds,
		tasks: manifest.tasks.read,
		tokenizerEngine: manifest.tokenizer.engine,
		tasksResumed,
		...manifest.totals,
		...manifest.summary,
		shards: manifest.shards.length,
		shardBytes: manifest.shards.reduce((sum, shard) => sum + shard.bytes, 0),
		manifest: `${out}/seqpack.json`,
	};
}
