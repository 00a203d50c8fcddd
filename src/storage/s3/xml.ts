const ENTITIES: Record<string, string> = {
	lt: "<",
	gt: ">",
	amp: "&",
	quot: '"',
	apos: "'",
};

/** The text of the first element of a name; null where there is none. Enough for the answers of S3, which nest no element in one of its name. */
export function textOf(xml: string, name: string): string | null {
	const found = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml);
	return found === null ? null : unescapeXml(found[1]);
}

/** The content of each element of a name, as it stands. */
export function elements(xml: string, name: string): string[] {
	const pattern = new RegExp(
		`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`,
		"g",
	);
	return [...xml.matchAll(pattern)].map((found) => found[1]);
}

function unescapeXml(text: string): string {
	return text.replace(
		/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
		(whole, hex, decimal, name) =>
			name !== undefined
				? (ENTITIES[name] ?? whole)
				: String.fromCodePoint(
						Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16),
					),
	);
}
