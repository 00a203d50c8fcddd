/** A bucket of a dataset: the length of its rows, and how many there are. */
export interface CountedBucket {
	length: number;
	rows: number;
}

/** Whose rows a dataset of a plan has. */
export interface DatasetPart {
	/** The number of the dataset that was named, of which this is a part. */
	dataset: number;
	/** The stratum of its rows; null: none, or all. */
	stratum: string | null;
}

/** What all stages of a plan share. */
export interface PlanContext {
	/** The buckets of each dataset; where strata are weighed, of each stratum of each. */
	datasets: readonly (readonly CountedBucket[])[];
	tokensPerStep: number;
	worldSize: number;
	epochs: number;
	/** Rows that earlier stages took of each dataset's buckets, by length; planning a stage adds to it. */
	used: Map<number, number>[];
	/** What each of the datasets is a part of; left out: each is one that was named. */
	parts?: readonly DatasetPart[];
}
