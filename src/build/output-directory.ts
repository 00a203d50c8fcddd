import { UsageError } from "../core/errors.js";
import { MANIFEST, type Manifest } from "../dataset/manifest.js";
import { readAll, type Storage, writeAll } from "../storage/storage.js";
import { PLAN, RECORDS, STAGED, STATE } from "./paths.js";
import { describeDifference, type Plan } from "./plan.js";

/**
 * What an output directory holds, seen from a plan:
 * `new` nothing yet; `unfinished` a build of this very plan; `built` its
 * finished dataset; `replace` something of seqpack's that may be overwritten.
 */
export type OutputState =
	| { state: "new" | "unfinished" | "replace" }
	| { state: "built"; manifest: Manifest };

/**
 * Looks at the output directory and decides what a build may do there.
 * @throws UsageError `output-in-use` when it holds something that it must not
 * touch, or must not touch without `overwrite`.
 */
export async function lookAtOutput(
	storage: Storage,
	out: string,
	plan: Plan,
	overwrite: boolean,
): Promise<OutputState> {
	const found = await storage.stat(out);
	if (found !== null && found.kind !== "directory")
		throw inUse(`${out} is a file, not a directory: choose another --out`);
	const names = await storage.list(out);
	if (names.length === 0) return { state: "new" };
	const manifest = await readOurs<Manifest>(storage, `${out}/${MANIFEST}`);
	const begun = await readOurs<Plan>(storage, `${out}/${PLAN}`);
	const isOurs = manifest !== null || names.includes(STATE);
	if (!isOurs)
		throw inUse(
			`${out} already holds something else (${names.slice(0, 3).join(", ")}): choose another --out, or empty it`,
		);
	if (manifest?.planHash === plan.planHash) {
		if (overwrite) return { state: "replace" };
		await requireWhole(storage, out, manifest);
		return { state: "built", manifest };
	}
	if (begun?.planHash === plan.planHash) return { state: "unfinished" };
	if (overwrite || (manifest === null && begun === null))
		return { state: "replace" };
	const what = manifest === null ? "an unfinished build" : "a dataset";
	const differences = describeDifference(manifest ?? (begun as Plan), plan);
	throw inUse(
		`${out} holds ${what} that was made from something else (${differences.join("; ")}): choose another --out, or pass --overwrite to replace it`,
	);
}

/** Clears away an earlier build's state and writes the plan of this one. */
export async function beginAnew(
	storage: Storage,
	out: string,
	plan: Plan,
): Promise<void> {
	const manifest = await readOurs<Manifest>(storage, `${out}/${MANIFEST}`);
	if (manifest?.planHash === plan.planHash)
		await storage.remove(`${out}/${MANIFEST}`);
	for (const path of [PLAN, RECORDS, STAGED])
		await storage.remove(`${out}/${path}`);
	await writeAll(
		storage,
		`${out}/${PLAN}`,
		`${JSON.stringify(plan, null, "\t")}\n`,
	);
}

/** Removes the state of a build that has nothing to go on from, and `out` if that leaves it empty. */
export async function forget(
	storage: Storage,
	out: string,
	removeOut: boolean,
): Promise<void> {
	await storage.remove(`${out}/${STATE}`);
	if (removeOut && (await storage.list(out)).length === 0)
		await storage.remove(out);
}

async function requireWhole(
	storage: Storage,
	out: string,
	manifest: Manifest,
): Promise<void> {
	for (const { path, bytes } of [...manifest.shards, ...manifest.index])
		if ((await storage.stat(`${out}/${path}`))?.size !== bytes)
			throw inUse(
				`${out} holds this dataset, but its file ${path} is missing or damaged: pass --overwrite to build it again`,
			);
}

async function readOurs<T>(storage: Storage, path: string): Promise<T | null> {
	if ((await storage.stat(path))?.kind !== "file") return null;
	try {
		const value = JSON.parse((await readAll(storage, path)).toString("utf8"));
		// Something else may be called the same: it has not what both of ours have.
		const isOurs =
			typeof value?.planHash === "string" &&
			typeof value.settings === "object" &&
			typeof value.tokenizer === "object" &&
			Array.isArray(value.inputs);
		return isOurs ? value : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

function inUse(sentence: string): UsageError {
	return new UsageError("output-in-use", `${sentence}.`);
}
