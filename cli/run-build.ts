import { InterruptedError } from "../src/core/errors.js";
import type { BuildResult } from "../src/engines/build.js";
import type { BuildProgress, ComposeProgress } from "../src/options/build.js";
import { describeBuild } from "./describe-build.js";
import { composeProgressText } from "./describe-compose.js";
import { failWith } from "./fail.js";
import { ProgressLine } from "./progress.js";
import { say } from "./say.js";
import { onStopSignals } from "./signals.js";
import { writeOut } from "./streams.js";

/** What a build is told by the command that runs it. */
export interface Running {
	signal: AbortSignal;
	onNotice: (notice: string) => void;
	onProgress: (progress: BuildProgress) => void;
}

/** Tells how far composing is that comes before a build. */
export const tellComposing = (draw: ProgressLine["draw"]) => ({
	onComposing: (now: ComposeProgress) =>
		draw((seconds) => `composing: ${composeProgressText(now, seconds)}`),
});

/** What a command prints. */
interface Printing {
	json?: boolean | undefined;
	quiet?: boolean | undefined;
}

/**
 * Runs a build: tells how far it is and what came of it, and stops it where it is asked to.
 * @param run Null: there is nothing to tell of.
 * @returns The exit code.
 */
export function runBuild(
	command: string,
	printing: Printing,
	run: (
		running: Running,
		draw: ProgressLine["draw"],
		clear: () => void,
	) => Promise<BuildResult | null>,
): Promise<number> {
	return runTold(printing, run, describeBuild, (result) =>
		summary(command, result),
	);
}

/**
 * Runs what takes a while, as `runBuild` does.
 * @param run Is given, besides, what draws a line of its own that tells how far it is, and what clears it.
 * @param describe What came of it, as lines for a person.
 * @param summarize The same for a program.
 */
export async function runTold<T>(
	{ json = false, quiet = false }: Printing,
	run: (
		running: Running,
		draw: ProgressLine["draw"],
		clear: () => void,
	) => Promise<T | null>,
	describe: (result: T) => string,
	summarize: (result: T) => object,
): Promise<number> {
	const progress = new ProgressLine();
	const tell = (sentence: string) => {
		if (!quiet) progress.say(sentence);
	};
	const stop = onStopSignals(() =>
		tell("stopping; press Ctrl-C again to stop at once"),
	);
	try {
		const running: Running = {
			signal: stop.signal,
			onNotice: tell,
			onProgress: (now) => {
				if (!quiet) progress.update(now);
			},
		};
		const result = await run(
			running,
			(text) => {
				if (!quiet) progress.draw(text);
			},
			() => progress.clear(),
		);
		progress.clear();
		if (result === null) return 0;
		if (!quiet) say(describe(result));
		if (json) await writeOut(`${JSON.stringify(summarize(result))}\n`);
		return 0;
	} catch (error) {
		progress.clear();
		if (!(error instanceof InterruptedError)) throw error;
		failWith(error);
		return stop.exitCode();
	} finally {
		stop.release();
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
