import { UsageError } from "../core/errors.js";
import { readAll, type Storage } from "../storage/storage.js";
import { LOCK } from "./paths.js";

/**
 * Keeps two builds on this machine from writing to one directory.
 * @returns Gives the lock back.
 * @throws UsageError `in-use` when another process holds it.
 */
export async function takeLock(
	storage: Storage,
	out: string,
): Promise<() => Promise<void>> {
	const path = `${out}/${LOCK}`;
	const release = () => storage.remove(path);
	for (;;) {
		if (await storage.createExclusive(path, String(process.pid)))
			return release;
		const holder = Number((await readAll(storage, path)).toString("utf8"));
		if (holder !== process.pid && isAlive(holder))
			throw new UsageError(
				"in-use",
				`another build (process ${holder}) is writing to ${out}: wait for it, stop it, or choose another --out. If there is none, remove ${path}.`,
			);
		// Whoever took it is gone without giving it back.
		await release();
	}
}

function isAlive(pid: number): boolean {
	if (!Number.isInteger(pid) || pid <= 0) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
