/** The strings of all tokens, back to back, and where each ends; -1: there is no such token. */
export interface TokenStrings {
	text: string;
	ends: Int32Array;
}

/** @param strings By id. */
export function joinStrings(
	strings: readonly (string | undefined)[],
): TokenStrings {
	const ends = new Int32Array(strings.length).fill(-1);
	const parts: string[] = [];
	let end = 0;
	for (const [id, string] of strings.entries()) {
		if (string === undefined) continue;
		parts.push(string);
		end += string.length;
		ends[id] = end;
	}
	return { text: parts.join(""), ends };
}

export function splitStrings({
	text,
	ends,
}: TokenStrings): (string | undefined)[] {
	const strings: (string | undefined)[] = [];
	let start = 0;
	for (const end of ends) {
		strings.push(end === -1 ? undefined : text.slice(start, end));
		if (end !== -1) start = end;
	}
	return strings;
}
