/** Files open at a time, of all buckets together. */
const MOST_OPEN = 512;

/** Files that are open, of all buckets: the one opened first is closed first. */
export class OpenFiles {
	readonly #closers: (() => void)[] = [];

	add(close: () => void): void {
		if (this.#closers.length >= MOST_OPEN) this.#closers.shift()?.();
		this.#closers.push(close);
	}

	/** @throws EnvironmentError where one was written to while it was open */
	close(): void {
		const errors: unknown[] = [];
		for (const close of this.#closers.splice(0))
			try {
				close();
			} catch (error) {
				errors.push(error);
			}
		if (errors.length > 0) throw errors[0];
	}
}

/** @throws Error when a file is not as long as the manifest says. */
export function requireBytes(
	{ size }: { size: number },
	{ bytes }: { bytes: number },
): void {
	if (size !== bytes) throw new Error(`it has ${size} bytes of ${bytes}`);
}
