import type { Plan } from "../build/plan.js";

/** What has failed. */
export interface FailedIn {
	plan: Plan;
	/** Null: it was no task. */
	task: number | null;
}

const failures = new WeakMap<object, FailedIn>();

/** Notes what an error ends, unless that is known more closely. */
export function noteFailed(error: unknown, what: FailedIn): void {
	if (error instanceof Error && !failures.has(error)) failures.set(error, what);
}

/** What an error has ended; null where nobody has noted it. */
export function failedIn(error: unknown): FailedIn | null {
	return error instanceof Error ? (failures.get(error) ?? null) : null;
}
