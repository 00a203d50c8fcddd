import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionName, UsageError } from "../core/errors.js";
import { resolveOptions } from "../core/resolve-options.js";
import { withoutSlashes } from "../core/text.js";
import { type ComposeOptions, composeTable } from "../options/compose.js";
import { spoolStandardInput } from "../storage/spool.js";
import { storageAt } from "../storage/storages.js";
import { usableCpus } from "../storage/usable-cpus.js";
import { composeTo } from "./compose-to.js";
import {
	type ComposeOutput,
	intoDirectory,
	intoFile,
	isFileName,
} from "./outputs.js";
import { prepareCompose } from "./prepare.js";
import type { ComposeSummary } from "./summary.js";

/** What composing has written. */
export interface ComposeResult extends ComposeSummary {
	/** `composed`, or `already-composed` when a directory had just that and nothing was done. */
	status: "composed" | "already-composed";
	out: string;
	seconds: number;
}

/**
 * Composes records of files by a recipe, and writes them as JSON Lines: `text`, `segments` or
 * `messages`, with `id` and `parts`, the records that each is made of. The bytes depend on
 * input, recipe, seed and options, not on the number of threads. Memory is bounded by
 * `groupMemory` a thread and the largest group. Stopped or killed, it leaves nothing that the next
 * call does not remove, and begins anew.
 * @throws UsageError, DataError that name the record
 */
export async function composeFiles(
	given: ComposeOptions,
): Promise<ComposeResult> {
	const began = performance.now();
	const values = resolveOptions(composeTable, given);
	const isFile = isFileName(values.out);
	if (isFile && values.gzip)
		throw new UsageError(
			"ignored-option",
			`${optionName("gzip")} would change nothing: the name of a file says it, with .jsonl.gz. Leave it out.`,
		);
	const out = withoutSlashes(values.out);
	storageAt(out).requireWritable?.(out);
	const gzip = isFile ? /\.gz$/i.test(out) : values.gzip;
	/** Where standard input is kept while it is read. */
	let kept: string | null = null;
	try {
		const prepared = await prepareCompose(values, {
			...{ output: out, gzip },
			async standardInput() {
				kept = join(tmpdir(), `seqpack-${randomBytes(8).toString("hex")}`);
				return (await spoolStandardInput(storageAt(kept), kept)).path;
			},
		});
		const { signal, onProgress, workers = usableCpus(), overwrite } = values;
		const running = { signal, onProgress, workers };
		const action = (to: ComposeOutput) => composeTo(to, prepared, running);
		const { hash } = prepared;
		const { summary, isNew } = isFile
			? { summary: await intoFile(out, overwrite, action), isNew: true }
			: await intoDirectory(out, { overwrite, gzip, hash }, action);
		const status = isNew ? "composed" : "already-composed";
		const seconds = (performance.now() - began) / 1000;
		return { ...summary, status, out, seconds };
	} finally {
		if (kept !== null) await storageAt(kept).remove(kept);
	}
}
