/** An object: a file of an object storage. */
export interface ObjectInfo {
	/** Its URL. */
	path: string;
	size: number;
	/** Another one whenever it was replaced. */
	version: string;
}

/** What reads objects, by their URLs. What fails in passing is tried again by it. */
export interface ObjectReader {
	/** What is known of an object; null where there is none. */
	head(path: string): Promise<ObjectInfo | null>;
	/**
	 * Up to `length` bytes from `position` on; fewer only at the object's end.
	 * @param version That of the object that is meant; left out: as it is now.
	 * @throws UsageError `no-such-file`; EnvironmentError `changed` where another one has taken its place
	 */
	read(
		path: string,
		position: number,
		length: number,
		options?: {
			version?: string | undefined;
			into?: ArrayBuffer | undefined;
		},
	): Promise<Buffer>;
	/** All of an object; null where there is none. */
	readWhole(path: string): Promise<Buffer | null>;
	/**
	 * The objects whose URLs begin so, in the order of the bytes of their names, some at a
	 * time. A reader of what cannot be listed lacks it.
	 * @param most How many are wanted at most.
	 */
	list?(prefix: string, most?: number): AsyncIterable<ObjectInfo[]>;
	/** Names of what is right below a prefix that ends in "/": those of objects, and of prefixes without their "/". */
	listNames?(prefix: string): Promise<string[]>;
}

/** What writes objects as well. */
export interface ObjectClient extends ObjectReader {
	/**
	 * Writes an object in one request.
	 * @returns False where something is there and `ifAbsent` is given.
	 */
	put(
		path: string,
		bytes: Uint8Array,
		options?: { ifAbsent?: boolean },
	): Promise<boolean>;
	/** Begins an object that is written in parts. */
	beginParts(path: string): Promise<PartsWriter>;
	/** Copies an object within the service; false where it is too large for that, or in another bucket. */
	copy(from: string, to: string): Promise<boolean>;
	/** Removes an object; none there is fine. */
	remove(path: string): Promise<void>;
}

/** Writes an object in parts, in any order. */
export interface PartsWriter {
	/** @param number From 1 on. */
	put(number: number, bytes: Uint8Array): Promise<void>;
	/** @returns False where something is there and `ifAbsent` is given; nothing is written then. */
	complete(options?: { ifAbsent?: boolean }): Promise<boolean>;
	abort(): Promise<void>;
}
