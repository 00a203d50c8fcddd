import type { OnNotice } from "../core/notices.js";
import { findManifest } from "../dataset/find-manifest.js";
import { FORMAT_VERSION, filesOf, type Manifest } from "../dataset/manifest.js";
import { INDEX, isOfPlan } from "../dataset/names.js";
import { isPlainPath } from "../storage/confined.js";
import { removeForGood } from "../storage/storage.js";
import { forgetChanged } from "./done-tasks.js";
import {
	type Found,
	lookAtOutput,
	type Replaces,
	readPlan,
} from "./output-directory.js";
import type { Plan } from "./plan.js";
import { writePlan } from "./plan-files.js";
import { putAway } from "./put-away.js";
import { Workspace } from "./workspace.js";

/**
 * Makes an output directory ready for the tasks of a plan, or, where the dataset is
 * there already, ends what its build has left to do.
 * @throws UsageError `output-in-use`
 */
export async function begin(
	workspace: Workspace,
	plan: Plan,
	replaces: Replaces,
	notify: OnNotice,
): Promise<Found> {
	const found = await lookAtOutput(workspace.out, plan, replaces);
	if (found.state === "built") await putAway(workspace);
	else {
		if (found.state !== "unfinished") await clearAway(workspace.out);
		// Also of a build that goes on: its inputs may lie elsewhere by now.
		await writePlan(workspace, plan);
		if (found.state === "unfinished")
			await forgetChanged(workspace, plan, notify);
	}
	return found;
}

/** Removes what earlier builds have left beside the dataset that is there. */
async function clearAway(out: string): Promise<void> {
	const manifest = await findManifest(out);
	const begun = await readPlan(out);
	if (manifest !== null)
		await putAway(new Workspace(out, manifest.planHash), true);
	if (begun !== null && begun.planHash !== manifest?.planHash)
		await abandon(new Workspace(out, begun.planHash), begun, manifest);
}

/** Removes the state of an unfinished build, and what it has put in its place. */
async function abandon(
	workspace: Workspace,
	{ formatVersion, settings, planHash }: Plan,
	manifest: Manifest | null,
): Promise<void> {
	const { storage } = workspace;
	const kept = new Set(filesOf(manifest ?? {}).map(({ path }) => path));
	const buckets = formatVersion === FORMAT_VERSION ? settings.buckets : [];
	const directories = [INDEX, ...buckets.map(({ directory }) => directory)];
	for (const directory of directories.filter(isPlainPath)) {
		const names = await storage.list(workspace.place(directory));
		const gone = names
			.filter((name) => isOfPlan(name, planHash))
			.map((name) => `${directory}/${name}`)
			.filter((path) => !kept.has(path));
		await removeForGood(
			storage,
			gone.map((path) => workspace.place(path)),
		);
		await storage.removeEmpty(workspace.place(directory));
	}
	await storage.remove(workspace.state());
}
