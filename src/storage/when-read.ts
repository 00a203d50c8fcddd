import { FarReads } from "./objects/far-reads.js";

/** Thrown by reads of files whose bytes are not here yet. What is wanted is noted: see `whenRead`. */
export class NotYetRead extends Error {}

const notYetRead = new NotYetRead("what is read is not here yet");

/** What the action that runs now reads. */
let current: FarReads | null = null;

/** What the action that runs now reads of files that are not on this machine. */
export function readsNow(path: string): FarReads {
	if (current === null)
		throw new Error(`${path} is read outside of an action that waits for it`);
	return current;
}

/** @throws NotYetRead */
export function waitForRead(): never {
	throw notYetRead;
}

/**
 * The result of an action that reads files by `RandomAccessFile`, as such where all that
 * it reads is on this machine. Where something is not, the action ends with `NotYetRead`, what it
 * wants is fetched, and it runs again, until it goes through: it must not change anything
 * before it has read what it needs.
 * @param reads Holds what was fetched for as long as it is there itself.
 * @param ahead Runs where the action has to wait: what it wants is fetched too, and its errors do not count.
 */
export function whenRead<T>(
	action: () => T,
	reads = new FarReads(),
	ahead?: () => void,
): T | Promise<T> {
	try {
		return within(reads, action);
	} catch (error) {
		if (!(error instanceof NotYetRead)) throw error;
	}
	return untilRead(action, reads, ahead);
}

async function untilRead<T>(
	action: () => T,
	reads: FarReads,
	ahead?: () => void,
): Promise<T> {
	for (;;) {
		try {
			if (ahead !== undefined) within(reads, ahead);
		} catch {}
		if (!reads.isWaiting) throw new Error("an action waits for nothing");
		await reads.fetch();
		try {
			return within(reads, action);
		} catch (error) {
			if (!(error instanceof NotYetRead)) throw error;
		}
	}
}

function within<T>(reads: FarReads, action: () => T): T {
	const before = current;
	current = reads;
	try {
		return action();
	} finally {
		current = before;
	}
}

/**
 * Does something for each number below `count`, and goes on after one that is not yet
 * read, so that all is wanted that can be known now.
 * @throws NotYetRead at the end, where one was not yet read
 */
export function eachOf(count: number, action: (i: number) => void): void {
	let isComplete = true;
	for (let i = 0; i < count; i++)
		try {
			action(i);
		} catch (error) {
			if (!(error instanceof NotYetRead)) throw error;
			isComplete = false;
		}
	if (!isComplete) waitForRead();
}

/** Does several things in the way of `eachOf`. @throws NotYetRead */
export function allOf(...actions: readonly (() => void)[]): void {
	eachOf(actions.length, (i) => actions[i]());
}
