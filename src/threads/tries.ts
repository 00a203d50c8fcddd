import { setTimeout } from "node:timers/promises";
import { EnvironmentError, SeqpackError } from "../core/errors.js";

/** How often a piece of work is tried, where another try may help. */
export const TRIES_OF_WORK = 3;
/** Milliseconds before another try where the machine was at fault; for each try as much again. */
export const PAUSE = 1_000;

/** Whether the error is of the machine, and of a kind that may be gone a moment later. */
export function isPassing(error: Error): boolean {
	return error instanceof EnvironmentError && error.isPassing;
}

/** The error of work that was tried as often as it may be. */
export function triedInVain(what: string, times: number, error: Error): Error {
	if (times === 1) return error;
	const isForeseen = error instanceof SeqpackError;
	const sentence = isForeseen
		? error.pack().message
		: `${error.name}: ${error.message.replace(/\.$/, "")}. It may be a defect of seqpack: SEQPACK_DEBUG=1 shows where.`;
	const last = new EnvironmentError(
		isForeseen ? error.code : "work-failed",
		`${what} failed ${times} times; the last time: ${sentence}`,
	);
	last.cause = error;
	return last;
}

/**
 * Does something on this thread, and again after a pause where the machine was at fault.
 * @param what Names it, as the beginning of a sentence.
 */
export async function tried<T>(
	what: string,
	action: () => Promise<T>,
	onAgain: (error: Error, attempt: number) => void,
	shouldStop: () => boolean,
	pause = PAUSE,
): Promise<T> {
	for (let attempt = 1; ; attempt++)
		try {
			return await action();
		} catch (error) {
			if (!isPassing(error as Error)) throw error;
			if (attempt === TRIES_OF_WORK || shouldStop())
				throw triedInVain(what, attempt, error as Error);
			onAgain(error as Error, attempt + 1);
			await setTimeout(attempt * pause);
		}
}
