/** What differs among services that speak as S3 does. */
export interface Dialect {
	/** The scheme of its URLs. */
	scheme: string;
	/** As people call it. */
	title: string;
	/** Where it is, and how a bucket is named in a URL; asked each time, since the environment may be set later. */
	endpoint(): Endpoint;
	/** Whether it takes `If-None-Match: *`, so that of several writers one makes an object. */
	isConditional: boolean;
	/** Whether it has keys alone, and nothing of Amazon's roles. */
	hasKeysOnly: boolean;
}

export interface Endpoint {
	/** Without a bucket; null: Amazon's own of a region. */
	url: URL | null;
	/** Null: not known; Amazon tells. */
	region: string | null;
}

/** An object, or what names of objects begin with. */
export interface S3Place {
	bucket: string;
	key: string;
}
