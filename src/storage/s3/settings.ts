import { UsageError } from "../../core/errors.js";
import type { Endpoint } from "./dialect.js";
import { readProfile } from "./profile.js";

/** Where S3 is, by the environment, or the profile that is asked for. */
export function s3Endpoint(): Endpoint {
	const { env } = process;
	const profile = readProfile();
	const url =
		env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || profile.endpoint_url;
	const region =
		env.AWS_REGION || env.AWS_DEFAULT_REGION || profile.region || null;
	return { url: url ? endpointUrl(url) : null, region };
}

/** @throws UsageError `bad-url` */
function endpointUrl(text: string): URL {
	try {
		const url = new URL(text);
		if (/^https?:$/.test(url.protocol)) return url;
	} catch {}
	throw new UsageError(
		"bad-url",
		`${text} is not the URL of an S3 service (AWS_ENDPOINT_URL_S3): it begins with http:// or https://.`,
	);
}
