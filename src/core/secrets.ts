/** Names of parts of a query that say who may read, as object stores and servers have them. */
const SECRET =
	/^(?:x-(?:amz|goog)-(?:signature|credential|security-token)|awsaccesskeyid|googleaccessid|key-pair-id|policy|sig(?:nature)?|(?:access|auth|api|private)?[-_]?(?:token|key)|auth|password|passwd|secret|jwt)$/i;
/** From this many characters on, a value that no name tells of is taken for a secret. */
const LONG = 24;

const URLS = /\b[a-z][a-z0-9+.-]*:\/\/[^\p{Cc}\s"'<>\\]+/giu;

/** A URL without its user, its password and what signs it; what is no URL as it is. */
export function withoutSecrets(url: string): string {
	// As text, since a URL that is parsed and written again is not always the same.
	const [, scheme, authority, path, query] =
		/^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(url) ?? [];
	if (scheme === undefined) return url;
	const host = authority.slice(authority.lastIndexOf("@") + 1);
	const parts = query?.split("&") ?? [];
	const kept = parts.filter((part) => !isSecret(part));
	if (host === authority && kept.length === parts.length) return url;
	const search = kept.length > 0 ? `?${kept.join("&")}` : "";
	return scheme + host + path + search;
}

/** A text in which no URL has a secret. */
export function withoutSecretsInText(text: string): string {
	return text.includes("://") ? text.replace(URLS, withoutSecrets) : text;
}

function isSecret(part: string): boolean {
	const [name, value = ""] = part.split("=");
	return SECRET.test(name) || value.length >= LONG || name.length >= 2 * LONG;
}
