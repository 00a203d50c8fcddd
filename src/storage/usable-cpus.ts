import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { posix } from "node:path";

/** Where the limits of this process are told; another one in tests. */
export interface Limits {
	env?: Readonly<Record<string, string | undefined>>;
	/** The directory of `proc/self/cgroup` and `sys/fs/cgroup`. */
	root?: string;
	/** CPUs that the process may be scheduled on. */
	parallelism?: number;
}

/**
 * CPUs that this process may use: those that Slurm has given to it, else as many as its
 * control groups allow to be busy at once, of those that it may be scheduled on. Node 20
 * knows nothing of the first two.
 */
export function usableCpus({
	env = process.env,
	root = "/",
	parallelism = availableParallelism(),
}: Limits = {}): number {
	const given = Number(env.SLURM_CPUS_PER_TASK);
	if (Number.isSafeInteger(given) && given > 0) return given;
	return Math.max(1, Math.min(parallelism, Math.ceil(quotaOf(root))));
}

/** CPUs that the control groups of this process allow at once; Infinity where none limits them. */
function quotaOf(root: string): number {
	const lines = (read(root, "proc/self/cgroup") ?? "").split("\n");
	let least = Number.POSITIVE_INFINITY;
	for (const line of lines) {
		// "0::/path" of version 2; "4:cpu,cpuacct:/path" of version 1.
		const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
		if (path === undefined) continue;
		const isVersion2 = controllers === "";
		if (!isVersion2 && !controllers.split(",").includes("cpu")) continue;
		// In a container the path may be that outside; its own group is at the top then.
		for (const directory of upwards(path))
			for (const top of isVersion2 ? ["", "unified"] : [controllers, "cpu"]) {
				const group = posix.join("sys/fs/cgroup", top, directory);
				const quota = isVersion2
					? quotaOfVersion2(root, group)
					: quotaOfVersion1(root, group);
				least = Math.min(least, quota ?? least);
			}
	}
	return least;
}

function quotaOfVersion2(root: string, group: string): number | null {
	const [quota, period] = (read(root, `${group}/cpu.max`) ?? "").split(/\s+/);
	return share(quota, period);
}

function quotaOfVersion1(root: string, group: string): number | null {
	const quota = read(root, `${group}/cpu.cfs_quota_us`);
	const period = read(root, `${group}/cpu.cfs_period_us`);
	return share(quota, period);
}

/** "max" and -1 are no limit. */
function share(
	quota: string | null | undefined,
	period: string | null | undefined,
): number | null {
	const cpus =
		Number.parseInt(quota ?? "", 10) / Number.parseInt(period ?? "", 10);
	return cpus > 0 && Number.isFinite(cpus) ? cpus : null;
}

/** A directory and those above it. */
function upwards(path: string): string[] {
	const above = posix.dirname(path);
	return above === path ? [path] : [path, ...upwards(above)];
}

function read(root: string, path: string): string | null {
	try {
		return readFileSync(posix.join(root, path), "utf8").trim();
	} catch {
		return null;
	}
}
