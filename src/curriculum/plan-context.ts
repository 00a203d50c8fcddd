/** A bucket of a dataset: the length of its rows, and how many there are. */
export interface CountedBucket {
	length: number;
	rows: number;
}

/** What all stages of a plan share. */
export interface PlanContext {
	/** The buckets of each dataset. */
	datasets: readonly (readonly CountedBucket[])[];
	tokensPerStep: number;
	worldSize: number;
	epochs: number;
	/** Rows that earlier stages took of each dataset's buckets, by length; planning a stage adds to it. */
	used: Map<number, number>[];
}
