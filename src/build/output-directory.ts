import { optionName, UsageError } from "../core/errors.js";
import {
	findManifest,
	isManifestDamaged,
	readOurs,
} from "../dataset/find-manifest.js";
import { filesOf, MANIFEST, type Manifest } from "../dataset/manifest.js";
import { lostFile } from "../storage/file-sizes.js";
import { takeLock } from "../storage/lock.js";
import type { Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import {
	type Before,
	describeDifference,
	readOtherFiles,
} from "./differences.js";
import type { Plan } from "./plan.js";
import { PARTS, wholePlan } from "./plan-files.js";
import { planShapeOf } from "./plan-shape.js";
import { LOCK, PLAN, SPOOL, STATE, stateOf, Workspace } from "./workspace.js";

/**
 * What an output directory holds, seen from a plan: `new` nothing that counts;
 * `unfinished` a build of this very plan; `built` its finished dataset; `grow` the store
 * that the plan adds to; `replace` something of seqpack's that may be replaced.
 */
export type Found =
	| { state: "unfinished" }
	| {
			state: "new" | "replace" | "grow";
			/** Whether an unfinished build is given up, of which tasks are done. */
			givesUp?: boolean;
	  }
	| { state: "built"; manifest: Manifest };

/** What of seqpack's that is in its output directory a build may replace: an unfinished build that reads other files, or all. */
export type Replaces = "nothing" | "unfinished" | "everything";

/**
 * Looks at the output directory and decides what a build may do there.
 * @throws UsageError `output-in-use` when it holds something that it must not touch, or
 * must not touch unless it replaces everything.
 */
export async function lookAtOutput(
	out: string,
	plan: Plan,
	replaces: Replaces,
): Promise<Found> {
	const storage = storageAt(out);
	const { grows } = plan;
	if (grows === undefined && (await storage.stat(out)) === null)
		return { state: "new" };
	const { manifest, begun, isDamaged } = await requireOurs(out);
	if (isDamaged && replaces !== "everything")
		throw inUse(
			`${out} holds a dataset whose ${MANIFEST} is damaged: put that back, or build it again with ${optionName("overwrite", true)}`,
		);
	const isBegun = begun?.planHash === plan.planHash;
	const grown = manifest?.planHash === grows?.planHash ? manifest : null;
	// What a store has beside its shards is written anew with all that is added.
	const filesToBe = (of: Manifest) =>
		grows === undefined ? of : { ...of, beside: [] };
	if (
		grows !== undefined &&
		grown === null &&
		manifest?.planHash !== plan.planHash
	)
		throw inUse(
			`${out} is not the store any more that was to be added to: it was changed in the meantime. Run the same command again`,
		);
	if (manifest?.planHash === plan.planHash && replaces !== "everything") {
		const lost = await lostFile(storage, out, filesOf(filesToBe(manifest)));
		if (lost === null) return { state: "built", manifest };
		if (!isBegun)
			throw inUse(
				`${out} holds this dataset, but its file ${lost} is missing or damaged: build it again with ${optionName("overwrite", true)}`,
			);
	}
	const isOther =
		manifest !== null && grown === null && manifest.planHash !== plan.planHash;
	if (isOther && replaces !== "everything")
		throw madeFromElse(`${out} holds a dataset`, manifest, plan);
	const lost =
		grown && (await lostFile(storage, out, filesOf(filesToBe(grown))));
	if (lost !== null)
		throw inUse(
			`${out} holds this store, but its file ${lost} is missing or damaged: put it back, or build the store again with ${optionName("overwrite", true)}`,
		);
	if (isBegun) return { state: "unfinished" };
	const givesUp = begun !== null && (await hasRecords(storage, out, begun));
	if (
		givesUp &&
		(replaces === "nothing" ||
			(replaces === "unfinished" && !readOtherFiles(begun, plan)))
	)
		throw madeFromElse(
			`${out} holds an unfinished build`,
			await wholePlan(new Workspace(out, begun.planHash), begun),
			plan,
		);
	if (grown !== null) return { state: "grow", givesUp };
	const isNew = manifest === null && begun === null && !isDamaged;
	return { state: isNew ? "new" : "replace", givesUp };
}

/**
 * What a directory holds of ours, where all that it holds is.
 * @throws UsageError `output-in-use`
 */
export async function requireOurs(out: string): Promise<{
	manifest: Manifest | null;
	begun: Plan | null;
	/** Whether there is a manifest of ours that cannot be used. */
	isDamaged: boolean;
}> {
	const storage = storageAt(out);
	if (((await storage.stat(out))?.kind ?? "directory") !== "directory")
		throw inUse(`${out} is a file, not a directory: ${chooseAnother()}`);
	const manifest = await findManifest(out);
	const isDamaged = manifest === null && (await isManifestDamaged(out));
	const begun = await readPlan(out);
	const others = (await storage.list(out)).filter((name) => name !== STATE);
	if (manifest === null && !isDamaged && begun === null && others.length > 0)
		throw inUse(
			`${out} already holds something else (${others.slice(0, 3).join(", ")}): ${chooseAnother()}, or empty it`,
		);
	return { manifest, begun, isDamaged };
}

/** The plan of the build that was begun in a directory, without what its tasks read; null where there is none. */
export function readPlan(out: string): Promise<Plan | null> {
	return readOurs<Plan>(storageAt(out), `${out}/${PLAN}`, planShapeOf);
}

/**
 * Holds the lock of an output directory while `action` works there. The directory is
 * looked at first, so that one that must not be touched is not, and again by the action,
 * once nobody else works in it.
 * @throws UsageError `output-in-use`; `in-use` where another build holds the lock
 */
export async function withOutput<T>(
	out: string,
	plan: Plan,
	replaces: Replaces,
	action: (workspace: Workspace) => Promise<T>,
): Promise<T> {
	await lookAtOutput(out, plan, replaces);
	return withOutputLock(new Workspace(out, plan.planHash), action);
}

/** The same of a directory that may be written to. @throws UsageError `in-use` */
export async function withOutputLock<T>(
	workspace: Workspace,
	action: (workspace: Workspace) => Promise<T>,
): Promise<T> {
	const { storage, out } = workspace;
	const isNew = (await storage.stat(out)) === null;
	const lock = await takeLock(
		storage,
		workspace.place(LOCK),
		`build in ${out}`,
	);
	try {
		return await action(workspace);
	} finally {
		await lock.release();
		await storage.removeEmpty(workspace.place(STATE));
		if (isNew) await storage.removeEmpty(out);
	}
}

/** Removes the plan and the directories of a build that has done nothing, but nothing that a task wrote. */
export async function forgetUnused(workspace: Workspace): Promise<void> {
	const { storage } = workspace;
	await removeEmptyBelow(storage, workspace.state());
	await storage.remove(workspace.place(SPOOL));
	const left = await storage.list(workspace.state());
	if (left.some((name) => name !== PARTS)) return;
	await storage.remove(workspace.plan);
	await storage.remove(workspace.state());
}

async function removeEmptyBelow(storage: Storage, path: string): Promise<void> {
	for (const name of await storage.list(path)) {
		const found = await storage.stat(`${path}/${name}`);
		if (found?.kind === "directory")
			await removeEmptyBelow(storage, `${path}/${name}`);
	}
	await storage.removeEmpty(path);
}

async function hasRecords(
	storage: Storage,
	out: string,
	{ planHash }: Plan,
): Promise<boolean> {
	return (await storage.list(stateOf(out, planHash, "tasks"))).length > 0;
}

function madeFromElse(what: string, before: Before, plan: Plan): UsageError {
	const differences = describeDifference(before, plan).join("; ");
	return inUse(
		`${what} that was made from something else (${differences}): ${chooseAnother()}, or replace it with ${optionName("overwrite", true)}`,
	);
}

function chooseAnother(): string {
	return `choose another directory (${optionName("out")})`;
}

function inUse(sentence: string): UsageError {
	return new UsageError("output-in-use", `${sentence}.`);
}
