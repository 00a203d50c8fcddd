const HIDDEN = "***";

/** What the names of secrets end in. */
const SECRET = "(?:secret|token|password|passwd|credentials?|signature|key)";

const rules: readonly [RegExp, string][] = [
	// The user of a URL.
	[/\b([a-z][a-z\d+.-]{0,20}:\/\/)[^\s/?#@]+@/gi, `$1${HIDDEN}@`],
	// What is signed or let in by a value: in the query of a URL, or set for a shell.
	[
		new RegExp(`(?<![\\w-])([\\w-]{0,60}${SECRET}|sig)=[^\\s&;"']+`, "gi"),
		`$1=${HIDDEN}`,
	],
	// Tokens of Hugging Face, and names of keys of AWS.
	[/\bhf_\w{8,}/g, HIDDEN],
	[/\b(?:AKIA|ASIA)[A-Z\d]{12,}/g, HIDDEN],
];

/** A text without the credentials that URLs and settings of a shell may hold. */
export function redacted(text: string): string {
	return rules.reduce(
		(rest, [what, instead]) => rest.replace(what, instead),
		text,
	);
}
