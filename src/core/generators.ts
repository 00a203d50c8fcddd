// Generators in a chain: each gives batches, and returns what it has counted. What
// takes from one closes it, whether it comes to its end, fails or is left early.

/** Changes each batch of a generator, and returns what that one returns. */
export async function* mapGenerator<A, B, R>(
	input: AsyncGenerator<A, R>,
	change: (batch: A) => B | Promise<B>,
): AsyncGenerator<B, R> {
	try {
		let next = await input.next();
		while (!next.done) {
			yield await change(next.value);
			next = await input.next();
		}
		return next.value;
	} finally {
		await close(input);
	}
}

/** Calls `use` with each batch of a generator, and gives what that one returns. */
export async function consume<A, R>(
	input: AsyncGenerator<A, R>,
	use: (batch: A) => void | Promise<void>,
): Promise<R> {
	try {
		let next = await input.next();
		while (!next.done) {
			await use(next.value);
			next = await input.next();
		}
		return next.value;
	} finally {
		await close(input);
	}
}

/** Lets a generator tidy up; one that has ended has done so. */
async function close<A, R>(input: AsyncGenerator<A, R>): Promise<void> {
	await input.return(undefined as never);
}
