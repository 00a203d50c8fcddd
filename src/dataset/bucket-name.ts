const PREFIX = "len-";

/** The name of the bucket of a length: of its directory, and of its config. */
export function bucketName(length: number): string {
	return `${PREFIX}${String(length).padStart(5, "0")}`;
}

/** The length of the bucket that a shard is in, by its path; null in other layouts. */
export function bucketOfPath(path: string): number | null {
	const found = /^data\/len-(\d+)\//.exec(path);
	return found === null ? null : Number(found[1]);
}
