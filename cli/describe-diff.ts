import { bytesText, counted, grouped } from "../src/core/number-texts.js";
import { shortened } from "../src/core/text.js";
import type {
	DiffResult,
	DocumentDifference,
	DocumentDifferences,
	FileDifference,
	Json,
	Listed,
	RowDifferences,
	RowSide,
	StepDifferences,
	StepSide,
} from "../src/report/diff/result.js";
import { shown } from "./inspect/view.js";

/** Lines of a list on a terminal, at most: all of it is in the JSON. */
const MOST_LINES = 5;
const LONGEST_VALUE = 60;

/** What differs, as lines that fit a screen. */
export function describeDiff(found: DiffResult): string {
	const result = shown(found);
	const { kind, a, b, same, byHash, documents, rows, steps, notes } = result;
	if (same)
		return `${a} and ${b} are the same${byHash ? ", by their hashes" : ": all of their documents and rows were compared"}.\n`;
	const inputs = kind === "plan" ? "dataset" : "input";
	return [
		`A is ${a}, B is ${b}`,
		...listLines("setting", result.settings, ({ name, ...values }) =>
			valuesText(name, values),
		),
		...listLines(inputs, result.inputs, (file) =>
			fileText(file, kind !== "plan"),
		),
		...listLines("file", result.files, (file) => fileText(file, true)),
		...totalLines(result),
		...(documents === null ? [] : documentLines(documents)),
		...(rows === null ? [] : rowLines(rows)),
		...(steps === null ? [] : stepLines(steps)),
		...notes.map((note) => `note: ${note}`),
		"",
	].join("\n");
}

function listLines<T>(
	what: string,
	{ count, list }: Listed<T>,
	textOf: (one: T) => string,
): string[] {
	if (count === 0) return [];
	return [
		`${counted(count, what)} ${count === 1 ? "differs" : "differ"}`,
		...partOf({ count, list }, textOf),
	];
}

function partOf<T>(
	{ count, list }: Listed<T>,
	textOf: (one: T) => string,
	indent = "  ",
): string[] {
	const shown = list.slice(0, MOST_LINES);
	const more = count - shown.length;
	return [
		...shown.map((one) => indent + textOf(one)),
		...(more > 0 && shown.length > 0
			? [`${indent}and ${grouped(more)} more`]
			: []),
	];
}

function valueText(value: Json): string {
	if (value === null) return "none";
	if (typeof value === "number") return grouped(value);
	const text = typeof value === "string" ? value : JSON.stringify(value);
	return shortened(text, LONGEST_VALUE);
}

const valuesText = (name: string, { a, b }: { a: Json; b: Json }) =>
	`${name}: ${valueText(a)} -> ${valueText(b)}`;

function fileText(
	{ name, change, a, b }: FileDifference,
	isBytes: boolean,
): string {
	const size = (bytes: number | null) =>
		bytes === null ? "" : bytesText(bytes);
	const sizes =
		a !== null && b !== null ? `${size(a)} -> ${size(b)}` : size(a ?? b);
	return `${name}: ${change}${isBytes ? `, ${sizes}` : ""}`;
}

function totalLines({ totals }: DiffResult): string[] {
	if (totals.length === 0) return [];
	const width = Math.max(...totals.map(({ name }) => name.length));
	return [
		"totals",
		...totals
			.slice(0, 2 * MOST_LINES)
			.map(
				({ name, a, b }) =>
					`  ${name.padEnd(width)}  ${valueText(a)} -> ${valueText(b)}`,
			),
	];
}

const COMPARED: Readonly<Record<DocumentDifferences["by"], string>> = {
	tokens: "by their tokens",
	lengths: "by their lengths",
	places: "by their ids",
};

function documentLines({
	a,
	b,
	by,
	same,
	moved,
	changed,
	added,
	gone,
}: DocumentDifferences): string[] {
	const counts = [
		`${grouped(same)} the same`,
		...(moved > 0 ? [`${grouped(moved)} of them elsewhere`] : []),
		`${grouped(changed.count)} changed`,
		`${grouped(added.count)} added`,
		`${grouped(gone.count)} gone`,
	];
	return [
		`documents: ${grouped(a)} -> ${grouped(b)}, compared ${COMPARED[by]}`,
		`  ${counts.join(", ")}`,
		...(
			[
				["changed", changed],
				["added", added],
				["gone", gone],
			] as const
		).flatMap(([what, list]) =>
			list.count === 0
				? []
				: [`  ${what}`, ...partOf(list, documentText, "    ")],
		),
	];
}

function documentText({ id, source, position, a, b }: DocumentDifference) {
	const place = `${source}, at ${grouped(position)}`;
	const tokens =
		a !== null && b !== null
			? a === b
				? counted(a, "token")
				: `${grouped(a)} -> ${counted(b, "token")}`
			: a === null && b === null
				? null
				: counted(a ?? b ?? 0, "token");
	const name = id === null ? place : id === source ? id : `${id} (${place})`;
	return [name, tokens].filter((part) => part !== null).join(", ");
}

function rowLines({
	a,
	b,
	equal,
	moved,
	firstMoved,
	onlyA,
	onlyB,
	first,
}: RowDifferences): string[] {
	const head = `rows: ${grouped(a)} -> ${grouped(b)}`;
	if (onlyA + onlyB === 0 && moved === 0)
		return [`${head}, all the same and in the same order`];
	if (onlyA + onlyB === 0)
		return [
			`${head}, all the same in another order: ${grouped(moved)} moved`,
			...(firstMoved === null
				? []
				: [
						`  row ${grouped(firstMoved.a)} of A is row ${grouped(firstMoved.b)} of B`,
					]),
		];
	return [
		head,
		`  ${grouped(equal)} the same${moved > 0 ? `, ${grouped(moved)} of them elsewhere` : ""}, ${grouped(onlyA)} in A alone, ${grouped(onlyB)} in B alone`,
		...first
			.slice(0, MOST_LINES)
			.flatMap(({ row, ...sides }) => [
				`  row ${grouped(row)}`,
				...(["a", "b"] as const).flatMap((side) =>
					sides[side] === null
						? []
						: [`    ${side.toUpperCase()}: ${sideText(sides[side])}`],
				),
			]),
	];
}

/** Segments of a row that are named on a terminal, at most. */
const MOST_SEGMENTS = 2;

function sideText({ segments, differing: { count, list } }: RowSide): string {
	const shown = list.slice(0, MOST_SEGMENTS);
	const more = count - shown.length;
	if (count === 0)
		return `${counted(segments, "segment")}, those of the other with other tokens`;
	return [
		counted(segments, "segment"),
		...shown.map(
			({ document, offset, tokens }) =>
				`${document || "a document"} from ${grouped(offset)}, ${counted(tokens, "token")}`,
		),
		...(more > 0 ? [`and ${grouped(more)} more`] : []),
	].join("; ");
}

function stepLines({ a, b, equal, first }: StepDifferences): string[] {
	const most = Math.max(a, b);
	if (first.length === 0 && equal === most)
		return [`steps: ${grouped(a)}, all the same`];
	return [
		`steps: ${grouped(a)} -> ${grouped(b)}, ${grouped(equal)} the same`,
		...first
			.slice(0, MOST_LINES)
			.map(
				({ step, a, b }) =>
					`  step ${grouped(step)}: ${stepText(a)} -> ${stepText(b)}`,
			),
	];
}

function stepText(step: StepSide | null): string {
	if (step === null) return "none";
	const { stage, length, batchSize, offset } = step;
	return `stage ${stage}, ${grouped(batchSize)} of ${grouped(length)} from place ${grouped(offset)}`;
}
