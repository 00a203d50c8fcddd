/** What stands for a secret that is left out. */
const HIDDEN = "***";

/** Names of parts of a query that say who may read, as object stores and servers have them. */
const SECRET =
	/^(?:x-(?:amz|goog)-(?:signature|credential|security-token)|awsaccesskeyid|googleaccessid|key-pair-id|policy|sig(?:nature)?|(?:access|auth|api|private)?[-_]?(?:token|key)|auth|password|passwd|secret|jwt)$/i;
/** From this many characters on, a value that no name tells of is taken for a secret. */
const LONG = 24;

// Each begins where a word does, or is bounded: all take a time that is linear in the text.
const URLS = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\p{Cc}\s"'<>\\]+/giu;
const rules: readonly [RegExp, string][] = [
	// What is let in by a value that is set for a shell, or signed by it.
	[
		/(?<![\w-])((?:[\w-]*(?:secret|token|password|passwd|credentials?|signature|key)|sig)=)(?!=)[^\s&,;"']+/gi,
		`$1${HIDDEN}`,
	],
	// Headers that say who asks.
	[
		/\b(bearer|authorization["']?: ?["']?basic) +[\w.~+/=-]{8,}/gi,
		`$1 ${HIDDEN}`,
	],
	// Tokens of Hugging Face, and names of keys of AWS.
	[/\bhf_\w{8,}/g, HIDDEN],
	[/\b(?:AKIA|ASIA)[A-Z\d]{12,}/g, HIDDEN],
];

/** Credentials that this thread has used. In memory alone. */
const known = new Set<string>();
/** Shorter ones may be words of a sentence. */
const SHORTEST = 8;
/** Those that are renewed for weeks are forgotten, the oldest first. */
const MOST = 100;

/** Keeps a credential from whatever `redacted` is asked for. */
export function hideSecret(secret: string | undefined): void {
	if (secret === undefined || secret.length < SHORTEST || known.has(secret))
		return;
	known.add(secret);
	if (known.size > MOST)
		for (const oldest of known) {
			known.delete(oldest);
			break;
		}
}

/** A text without credentials: what is said, logged or printed. */
export function redacted(text: string): string {
	let rest = text.includes("://") ? text.replace(URLS, withoutSecrets) : text;
	for (const [what, instead] of rules) rest = rest.replace(what, instead);
	for (const secret of known) rest = rest.replaceAll(secret, HIDDEN);
	return rest;
}

/** A value as JSON, in which no text has a credential. */
export function redactedJson(value: unknown): string {
	return JSON.stringify(value, (_, one) =>
		typeof one === "string" ? redacted(one) : one,
	);
}

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

function isSecret(part: string): boolean {
	const [name, value = ""] = part.split("=");
	return SECRET.test(name) || value.length >= LONG || name.length >= 2 * LONG;
}
