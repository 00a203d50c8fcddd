import { objectStorage } from "./objects/object-storage.js";
import { S3Client } from "./s3/s3-client.js";
import { s3Endpoint } from "./s3/settings.js";

const client = new S3Client({
	scheme: "s3",
	title: "S3",
	endpoint: s3Endpoint,
	isConditional: true,
	hasKeysOnly: false,
});

/** Objects of S3 and of services that speak as it does, by URLs: `s3://bucket/path`. */
export const s3 = objectStorage(client, client.topOf);
