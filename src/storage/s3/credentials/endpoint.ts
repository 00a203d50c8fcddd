import { UsageError } from "../../../core/errors.js";
import { readProfile, readSections } from "../profile.js";

/** The region that the environment or the profile asked for names. */
export function chosenRegion(): string {
	const { env } = process;
	return (
		env.AWS_REGION ||
		env.AWS_DEFAULT_REGION ||
		readProfile().region ||
		"us-east-1"
	);
}

/**
 * Where a service of Amazon is: where AWS_ENDPOINT_URL_... or the profile says, or Amazon's own in a region.
 * @param name As variables and settings have it: `STS`, `SSO`, `SSO_OIDC`.
 * @param host What its hosts begin with.
 */
export function endpointOf(name: string, host: string, region: string): URL {
	const { env } = process;
	const profile = readProfile();
	const services = readSections().get(`services ${profile.services}`);
	const given =
		env[`AWS_ENDPOINT_URL_${name}`] ||
		env.AWS_ENDPOINT_URL ||
		services?.[`${name.toLowerCase()}.endpoint_url`] ||
		profile.endpoint_url;
	const top = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
	const text = given || `https://${host}.${region}.${top}`;
	try {
		return new URL(`${text.replace(/\/+$/, "")}/`);
	} catch {
		throw new UsageError(
			"bad-url",
			`${text} is not the URL of a service (AWS_ENDPOINT_URL_${name}, or a region that is misspelled): it begins with http:// or https://.`,
		);
	}
}
