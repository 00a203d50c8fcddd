import { filesOf, type Manifest } from "../dataset/manifest.js";
import { isOfPlan } from "../dataset/names.js";
import { writeAll } from "../storage/storage.js";
import {
	type Found,
	findManifest,
	lookAtOutput,
	readPlan,
} from "./output-directory.js";
import type { Plan } from "./plan.js";
import { putAway } from "./put-away.js";
import { readRecord } from "./record.js";
import { Workspace } from "./workspace.js";

/**
 * Makes an output directory ready for the tasks of a plan, or, where the dataset is
 * there already, ends what its build has left to do.
 * @throws UsageError `output-in-use`
 */
export async function begin(
	workspace: Workspace,
	plan: Plan,
	overwrite: boolean,
): Promise<Found> {
	const found = await lookAtOutput(workspace.out, plan, overwrite);
	if (found.state === "built") await putAway(workspace);
	else {
		if (found.state !== "unfinished") await clearAway(workspace.out);
		// Also of a build that goes on: its inputs may lie elsewhere by now.
		await writePlan(workspace, plan);
	}
	return found;
}

/** Removes what earlier builds have left beside the dataset that is there. */
async function clearAway(out: string): Promise<void> {
	const manifest = await findManifest(out);
	const begun = await readPlan(out);
	if (manifest !== null) await putAway(new Workspace(out, manifest.planHash));
	if (begun !== null && begun.planHash !== manifest?.planHash)
		await abandon(new Workspace(out, begun.planHash), manifest);
}

/** Removes the state of an unfinished build, and what it has put in its place. */
async function abandon(
	workspace: Workspace,
	manifest: Manifest | null,
): Promise<void> {
	const { storage, planHash } = workspace;
	const kept = new Set(filesOf(manifest ?? {}).map(({ path }) => path));
	for (const name of await storage.list(workspace.state("tasks"))) {
		const record = await readRecord(workspace, Number.parseInt(name, 10));
		for (const file of [...(record?.shards ?? []), record?.index])
			if (file && isOfPlan(file.path, planHash) && !kept.has(file.path))
				await storage.remove(workspace.place(file.path));
	}
	await storage.remove(workspace.state());
}

async function writePlan(
	{ storage, plan: path, work }: Workspace,
	plan: Plan,
): Promise<void> {
	const content = `${JSON.stringify(plan, null, "\t")}\n`;
	await writeAll(storage, path, content, work);
	await storage.remove(work);
}
