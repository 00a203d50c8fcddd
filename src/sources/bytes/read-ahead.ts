/**
 * The pieces of a source, of which the next is asked for before one is given: the two
 * overlap.
 * @param wanted Whether the piece that begins so many bytes after the first is sure to
 * be asked for; else it waits until it is.
 */
export async function* readAhead(
	source: AsyncGenerator<Buffer>,
	wanted: (position: number) => boolean,
): AsyncGenerator<Buffer> {
	let position = 0;
	let next: Promise<IteratorResult<Buffer>> | null = null;
	try {
		for (;;) {
			const { value, done } = await (next ?? source.next());
			next = null;
			if (done) return;
			position += value.length;
			if (wanted(position)) {
				next = source.next();
				// Whoever waits for it hears of its error.
				next.catch(() => {});
			}
			yield value;
		}
	} finally {
		await next?.catch(() => {});
		await source.return(undefined);
	}
}
