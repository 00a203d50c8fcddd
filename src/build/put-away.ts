import { parseJson } from "../core/json.js";
import { findManifest, listedPaths } from "../dataset/find-manifest.js";
import { filesOf, MANIFEST } from "../dataset/manifest.js";
import { isPlainPath } from "../storage/confined.js";
import { readIfThere, removeForGood, writeAll } from "../storage/storage.js";
import { removeFailures } from "./failures.js";
import { readPlan } from "./output-directory.js";
import { SPOOL, type Workspace } from "./workspace.js";

/** The files of the dataset that is replaced, in the state. */
const REPLACED = "replaced.json";

/** Notes the files of the dataset that this build replaces, before its manifest is gone. */
export async function noteReplaced(workspace: Workspace): Promise<void> {
	const { storage, out, planHash } = workspace;
	if ((await findManifest(out))?.planHash === planHash) return;
	const paths = await listedPaths(out);
	if (paths.length === 0) return;
	await writeAll(storage, workspace.state(REPLACED), JSON.stringify(paths));
}

/**
 * Ends what a finalized build has left to do: removes the files of the dataset that it
 * replaced, and its own plan and state.
 * @param keepsInput Whether another build is about to read the standard input that is kept.
 */
export async function putAway(
	workspace: Workspace,
	keepsInput = false,
): Promise<void> {
	const { storage, out, planHash } = workspace;
	// First: as long as there is a plan, there is all of its state.
	if ((await readPlan(out))?.planHash === planHash)
		await storage.remove(workspace.plan);
	await removeReplaced(workspace);
	await storage.remove(workspace.state());
	await storage.remove(workspace.work);
	if (!keepsInput) await storage.remove(workspace.place(SPOOL));
	await removeFailures(out);
}

async function removeReplaced(workspace: Workspace): Promise<void> {
	const { storage, out } = workspace;
	const list = await readIfThere(storage, workspace.state(REPLACED));
	const manifest = await findManifest(out);
	if (list === null || manifest === null) return;
	const kept = new Set(filesOf(manifest).map(({ path }) => path));
	const listed: unknown[] = parseJson(list.toString("utf8"));
	const gone = listed
		.filter(isPlainPath)
		.filter((path) => path !== MANIFEST && !kept.has(path));
	await removeForGood(
		storage,
		gone.map((path) => workspace.place(path)),
	);
	const directories = gone
		.filter((path) => path.includes("/"))
		.map((path) => path.slice(0, path.lastIndexOf("/")));
	for (const directory of new Set(directories))
		await storage.removeEmpty(workspace.place(directory));
}
