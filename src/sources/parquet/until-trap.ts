/** What is told of a trap, while something is waited for. */
let onTrap: ((trap: Error) => void) | null = null;
let turn: Promise<unknown> = Promise.resolve();

/**
 * Waits for something that parquet-wasm does. It goes on in microtasks, and traps at what it cannot decode: an error that
 * nobody could catch, and what is waited for would never come. One thing is waited for at a time, so that the trap is its own.
 * @throws WebAssembly.RuntimeError
 */
export function untilTrap<T>(action: () => Promise<T>): Promise<T> {
	const result = turn.then(() => watched(action));
	turn = result.catch(() => {});
	return result;
}

async function watched<T>(action: () => Promise<T>): Promise<T> {
	const plain = globalThis.queueMicrotask;
	globalThis.queueMicrotask = (task) =>
		plain(() => {
			try {
				task();
			} catch (error) {
				if (onTrap === null || !isTrap(error)) throw error;
				onTrap(error);
			}
		});
	try {
		return await new Promise<T>((resolve, reject) => {
			onTrap = reject;
			action().then(resolve, reject);
		});
	} finally {
		onTrap = null;
		globalThis.queueMicrotask = plain;
	}
}

export function isTrap(error: unknown): error is Error {
	return error instanceof WebAssembly.RuntimeError;
}
