import { confined } from "../storage/confined.js";
import { storageAt } from "../storage/storages.js";
import { STATE } from "./workspace.js";

/** Reports that are kept, the newest ones. */
const KEPT = 3;

/** What a report of a failure is called, in the state of builds; by name they are in the order of time. */
const NAME = /^failure-[\w-]+\.json$/;
export const failureName = (time: Date) =>
	`failure-${time.toISOString().replace(/[^\dTZ]/g, "")}-${process.pid}.json`;

/**
 * Writes a report beside the state of a build, where its failure is looked for.
 * @returns Its path.
 */
export async function keepFailure(
	out: string,
	name: string,
	report: string,
): Promise<string> {
	const storage = confined(storageAt(out), out);
	const path = `${out}/${STATE}/${name}`;
	await storage.createExclusive(path, report);
	await removeFailures(out, KEPT);
	return path;
}

/** Removes reports of earlier failures but for the newest few. */
export async function removeFailures(out: string, kept = 0): Promise<void> {
	const storage = confined(storageAt(out), out);
	const names = await storage.list(`${out}/${STATE}`);
	for (const name of withoutNewest(names.filter(isFailure), kept))
		await storage.remove(`${out}/${STATE}/${name}`);
}

const isFailure = (name: string) => NAME.test(name);

/** All but those that come last by name. */
export function withoutNewest(names: readonly string[], kept = KEPT): string[] {
	return [...names].sort().slice(0, Math.max(0, names.length - kept));
}
