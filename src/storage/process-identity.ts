import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** What tells a process from all others; null where the system does not say it. */
export interface ProcessIdentity {
	host: string;
	pid: number;
	/** Ticks of the clock from the start of the machine to that of the process. */
	started: number | null;
	/** A number of the run of the machine: it has another one after a restart. */
	boot: string | null;
	/** Where pids count: a container has pids of its own. */
	namespace: string | null;
}

export function thisProcess(): ProcessIdentity {
	return {
		host: hostname(),
		pid: process.pid,
		started: statusOf(process.pid)?.started ?? null,
		boot: orNull(() =>
			readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
		),
		namespace: orNull(() => readlinkSync("/proc/self/ns/pid")),
	};
}

/**
 * Whether a process has surely ended. Of another host, container or run of the
 * machine nothing is sure.
 */
export function hasEnded(process: ProcessIdentity): boolean {
	const here = thisProcess();
	if (whereabouts(process, here) !== null) return false;
	if (!exists(process.pid)) return true;
	const status = statusOf(process.pid);
	if (status === null) return false;
	const isOther =
		process.started !== null && status.started !== process.started;
	return status.isZombie || isOther;
}

/** Where a process is that cannot be seen from here, in words; null when it can. */
export function whereabouts(
	process: ProcessIdentity,
	here: ProcessIdentity = thisProcess(),
): string | null {
	if (process.host !== here.host) return `on host ${process.host}`;
	if (process.boot !== here.boot)
		return `on host ${process.host}, which was restarted since or is another of that name`;
	if (process.namespace !== here.namespace)
		return `on host ${process.host}, in another container`;
	return null;
}

function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code !== "ESRCH";
	}
}

/**
 * From proc(5): state is field 3, threads 20, start 22, after a name that may hold
 * spaces. A zombie whose threads still run may yet write.
 */
function statusOf(pid: number): { isZombie: boolean; started: number } | null {
	return orNull(() => {
		const text = readFileSync(`/proc/${pid}/stat`, "latin1");
		const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
		const isZombie = fields[0] === "Z" && Number(fields[17]) <= 1;
		return { isZombie, started: Number(fields[19]) };
	});
}

function orNull<T>(read: () => T): T | null {
	try {
		return read();
	} catch {
		return null;
	}
}
