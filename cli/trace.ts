import { counted, grouped } from "../src/core/number-texts.js";
import { integer, required, text } from "../src/core/option.js";
import { resolveOptions } from "../src/core/resolve-options.js";
import { traceTable } from "../src/options/trace.js";
import type { Characters } from "../src/report/trace/text-places.js";
import {
	type RowTrace,
	type TracedPart,
	type TracedRecord,
	traceRow,
} from "../src/report/trace/trace-row.js";
import { commandOf } from "./command.js";
import { outputTable } from "./output-options.js";
import { escaped } from "./say.js";
import { writeOut } from "./streams.js";

export const traceCommandTable = {
	dataset: required(
		text({
			placeholder: "dataset",
			help: "the directory of a dataset, a store or a packing",
		}),
	),
	row: required(
		integer({ help: "the row, counted from 0 over the shards in order" }),
	),
	...traceTable,
	...outputTable,
};

export const traceCommand = () =>
	commandOf({
		name: "trace",
		description:
			"Show which documents, files, lines and characters the tokens of a row came from.",
		table: traceCommandTable,
		arguments: ["dataset"],
		notes:
			"Files and positions are in the index. To find lines, give the inputs (--source); for characters, the tokenizer as well.",
		examples: [
			"seqpack trace data/ --row 12",
			"seqpack trace data/ --row 12 --token 511 --source corpus/ --tokenizer tokenizer.json",
		],
		async run(given) {
			resolveOptions(traceCommandTable, given);
			const { dataset, row, json, ...options } = given;
			const trace = await traceRow(dataset, row, options);
			await writeOut(
				json
					? `${JSON.stringify({ version: 1, command: "trace", ...trace })}\n`
					: escaped(describe(trace)),
			);
			return 0;
		},
	});

const HEADS = [
	"segment",
	"tokens",
	"document",
	"from",
	"its tokens",
	"its characters",
];

function describe({ row, tokens, segments, token }: RowTrace): string {
	const shown =
		token === null
			? segments
			: segments.filter(({ segment }) => segment === token.segment);
	const cells = shown.map((segment) => [
		String(segment.segment),
		`${segment.first}..${segment.last}`,
		segment.document ?? segment.docId,
		placeText(segment),
		`${segment.documentToken}..${segment.documentToken + segment.last - segment.first} of ${segment.documentTokens}`,
		segment.characters === null ? "?" : spanText(segment.characters),
	]);
	const widths = HEADS.map((head, i) =>
		Math.max(head.length, ...cells.map((line) => line[i].length)),
	);
	const line = (texts: readonly string[]) =>
		`  ${texts.map((text, i) => text.padEnd(widths[i])).join("  ")}`.trimEnd();
	const notes = new Map<string, number[]>();
	for (const { segment, notes: own } of shown)
		for (const note of own)
			notes.set(note, [...(notes.get(note) ?? []), segment]);
	return [
		`row ${grouped(row)}: ${counted(tokens, "token")} in ${counted(segments.length, "segment")}`,
		line(HEADS),
		...shown.flatMap((segment, i) => [
			line(cells[i]),
			...(segment.parts ?? []).map(
				(part, p) =>
					`    ${token?.part?.part === p ? "*" : "-"} ${partText(part)}`,
			),
		]),
		...(token === null ? [] : tokenLines(token)),
		...[...notes].map(
			([note, of]) =>
				`  note: ${of.length === shown.length ? "" : `segment ${of.join(", ")}: `}${note}`,
		),
		"",
	].join("\n");
}

function placeText({ place, source, position }: TracedRecord): string {
	return place ?? `${source}, at ${position}`;
}

const spanText = ({ first, last }: Characters) => `${first}..${last}`;

function partText({ id, role, characters, ...record }: TracedPart): string {
	return [
		...(role === null ? [] : [role]),
		...(id === null ? [] : [id]),
		placeText(record),
		...(characters === null ? [] : [`characters ${spanText(characters)}`]),
	].join(", ");
}

function tokenLines({
	token,
	id,
	text,
	segment,
	documentToken,
	characters,
	textLine,
	part,
}: NonNullable<RowTrace["token"]>): string[] {
	const facts: [string, string][] = [
		[
			"token",
			`${token}, ${documentToken} of its document, in segment ${segment}`,
		],
		["id", `${id}${text === null ? "" : ` ${JSON.stringify(text)}`}`],
		[
			"stands for",
			characters === null
				? "not known"
				: `characters ${spanText(characters)} of the document, in line ${textLine} of its text`,
		],
		...(part === null
			? []
			: [
					[
						"part",
						`characters ${spanText(part.characters)} of the part that is marked`,
					] satisfies [string, string],
				]),
	];
	return facts.map(([name, fact]) => `  ${name.padEnd(12)}${fact}`);
}
