// What pictures are drawn with: plain SVG, readable on light and dark pages.

/** Of words and lines: as far from white as from black. */
const INK = "#757b84";
/** Of what lies on colours. */
const DARK = "#1f2328";

const colours = [
	"#7cb5ec",
	"#f7a35c",
	"#90d67f",
	"#e58fb5",
	"#b39ddb",
	"#f2d06b",
	"#6fd0c5",
	"#d7a98c",
	"#a8b3c4",
	"#ef8a80",
	"#b5d0f5",
	"#cfdb72",
];

/** A colour for each number; far fewer are needed than there are. */
export function colourOf(i) {
	return colours[i % colours.length];
}

/** A letter for each document: A, B, C. */
export function letterOf(i) {
	return String.fromCharCode(65 + i);
}

/** A picture; `title` is for those who do not see it. */
export function svg(width, height, title, parts) {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 0 ${width + 4} ${height}" width="${width + 4}" height="${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13">
<title>${escaped(title)}</title>
${parts.flat(Infinity).join("\n")}
</svg>
`;
}

export function words(x, y, content, attributes = {}) {
	return `<text x="${x}" y="${y}"${written({ fill: INK, ...attributes })}>${escaped(content)}</text>`;
}

export function heading(x, y, content) {
	return words(x, y, content, { "font-weight": 600, "font-size": 14 });
}

export function line(x1, y1, x2, y2, attributes = {}) {
	return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"${written({ stroke: INK, ...attributes })}/>`;
}

/** An arrow to the right or down. */
export function arrow(x1, y1, x2, y2) {
	const tip =
		y1 === y2
			? `M${x2 - 6} ${y2 - 4}L${x2} ${y2}L${x2 - 6} ${y2 + 4}`
			: `M${x2 - 4} ${y2 - 6}L${x2} ${y2}L${x2 + 4} ${y2 - 6}`;
	return `${line(x1, y1, x2, y2)}<path d="${tip}" fill="none" stroke="${INK}"/>`;
}

/** A box in a colour, with a word in its middle where there is room. */
export function box(x, y, width, height, fill, word = "") {
	const rect = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="2" fill="${fill}"/>`;
	if (word === "") return rect;
	return `${rect}<text x="${x + width / 2}" y="${y + height / 2 + 4}" text-anchor="middle" font-size="11" fill="${DARK}">${escaped(word)}</text>`;
}

/** Room that holds nothing. */
export function gap(x, y, width, height) {
	return `<rect x="${x + 0.5}" y="${y + 0.5}" width="${width - 1}" height="${height - 1}" rx="2" fill="none" stroke="${INK}" stroke-dasharray="2 2"/>`;
}

function written(attributes) {
	return Object.entries(attributes)
		.map(([name, value]) => ` ${name}="${value}"`)
		.join("");
}

function escaped(text) {
	return String(text)
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;");
}
