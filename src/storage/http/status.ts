import { Passing } from "./persist.js";
import type { HttpAnswer } from "./send.js";

/** Statuses that say that the same request may work later. */
export const PASSING: ReadonlySet<number> = new Set([
	...[408, 425, 429, 500, 502, 503, 504],
]);

/** Whether a server has too much to do, by its status. */
export function isBusy(status: number): boolean {
	return status === 429 || status === 503;
}

/** The longest wait that a server may ask for, in seconds. */
const LONGEST = 300;

/** @throws Passing where the status says that the same request may work later */
export function throwIfBusy(
	{ status, headers }: HttpAnswer,
	{ host }: URL,
): void {
	if (!PASSING.has(status)) return;
	// `t` is how many seconds are left until more may be asked for.
	const [, left = "0"] = /;\s*t=(\d+)/.exec(String(headers.ratelimit)) ?? [];
	const after = Number(headers["retry-after"] ?? left);
	throw new Passing(`${host} answered ${status}`, {
		wait: Number.isFinite(after) ? Math.min(LONGEST, after) * 1000 : 0,
		isBusy: isBusy(status),
	});
}
