/** What a list says of tokens. */
export interface TokenWeights {
	/** Pairs of a first token to be trained on and the one after the last, in order. */
	trained: Int32Array;
	/** The weight of each token: 0 for those that are not to be trained on. */
	weights: Float32Array;
}

/**
 * Reads weights of tokens, as numbers of at least 0 or true and false: those above 0 are to be
 * trained on.
 * @param fault Makes the error of a value that is none, by its place.
 */
export function weighTokens(
	list: ArrayLike<unknown>,
	fault: (place: number) => Error,
): TokenWeights {
	const weights = new Float32Array(list.length);
	const trained: number[] = [];
	for (let i = 0; i < list.length; i++) {
		const value = list[i];
		const weight = ["number", "bigint", "boolean"].includes(typeof value)
			? Number(value)
			: Number.NaN;
		weights[i] = weight;
		if (!(weight >= 0 && weights[i] < Infinity)) throw fault(i);
		if (weights[i] > 0 !== (trained.length % 2 === 1)) trained.push(i);
	}
	if (trained.length % 2 === 1) trained.push(list.length);
	return { trained: Int32Array.from(trained), weights };
}
