import { objectStorage } from "./objects/object-storage.js";
import { S3Client } from "./s3/s3-client.js";

const ENDPOINT = "https://storage.googleapis.com";

const client = new S3Client({
	scheme: "gs",
	title: "Google Cloud Storage",
	endpoint: () => ({
		url: new URL(process.env.SEQPACK_GS_ENDPOINT || ENDPOINT),
		region: "auto",
	}),
	// It knows conditions on generations only.
	isConditional: false,
	hasKeysOnly: true,
});

/**
 * Objects of Google Cloud Storage, by URLs: `gs://bucket/path`. It is spoken to as S3 is
 * ("interoperability"), with HMAC keys in the environment or a profile, as those of Amazon are.
 */
export const gs = objectStorage(client, client.topOf);
