import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import { withoutSecrets } from "../../core/secrets.js";

/** Under this name threads are given the URLs that this process knows. */
const SHARED = "seqpack: URLs with what is secret in them";

/** URLs as they were given, by what is shown and kept of them. In memory alone. */
let known: Map<string, string> | null = null;

function knownUrls(): Map<string, string> {
	known ??= new Map(
		(getEnvironmentData(SHARED) as Map<string, string> | undefined) ?? [],
	);
	return known;
}

/**
 * A URL without its user, its password and what signs it: so it is printed, and stands in plans and manifests.
 * The whole of it is remembered for this process and the threads that it begins.
 */
export function publicUrl(given: string): string {
	const shown = withoutSecrets(given);
	if (shown !== given && knownUrls().get(shown) !== given) {
		knownUrls().set(shown, given);
		setEnvironmentData(SHARED, knownUrls());
	}
	return shown;
}

/** The URL that is asked, of one as it is shown. */
export function wholeUrl(shown: string): string {
	return knownUrls().get(shown) ?? shown;
}

/** Whether a URL can be read by no other process, as this one keeps what signs it. */
export function isSecretHere(shown: string): boolean {
	return knownUrls().has(shown);
}
