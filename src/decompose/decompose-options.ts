export interface DecomposeOptions {
	/** Tokens of the shortest and of the longest bucket; powers of two for `binary`. */
	minLength: number;
	maxLength: number;
	/** Of `nearest` and `whole`: lengths of the buckets, ascending. Default: powers of two. */
	buckets?: readonly number[] | undefined;
	/** Of `binary`: storage a token more than the bucket's length, for shifted targets. */
	plusOne?: boolean | undefined;
	/** Of `fixed`: tokens that a piece shares with the one before. */
	overlap?: number | undefined;
}
