import type { OptionTable } from "../core/option.js";
import { registry } from "../core/registry.js";
import { optionsOfEntries } from "../core/resolve-options.js";
import { arrow } from "./arrow.js";
import { compressions } from "./compressions.js";
import { csv } from "./csv.js";
import { datatrove } from "./datatrove.js";
import { fasta } from "./fasta.js";
import { json } from "./json.js";
import { jsonl } from "./jsonl.js";
import { llmc } from "./llmc.js";
import { markdown } from "./markdown.js";
import { mds } from "./mds.js";
import { megatron } from "./megatron.js";
import { nanogpt } from "./nanogpt.js";
import { olmo } from "./olmo.js";
import { parquet } from "./parquet.js";
import type { InputFile, SourceFormat } from "./source.js";
import { text } from "./text.js";
import { tree } from "./tree.js";
import { tsv } from "./tsv.js";
import { webdataset } from "./webdataset.js";

const entries = {
	json,
	jsonl,
	csv,
	tsv,
	parquet,
	arrow,
	text,
	markdown,
	tree,
	webdataset,
	mds,
	fasta,
	megatron,
	olmo,
	datatrove,
	nanogpt,
	llmc,
};

/** Every format of input. */
export const sourceFormats = registry<keyof typeof entries, SourceFormat>(
	"input format",
	entries,
);

const shortEndings = sourceFormats
	.entries()
	.flatMap(([, format]) => Object.entries(format.shortEndings ?? {}));

/** What stands for a format where the files tell it. */
export const AUTO = "auto";

/** The options that tell formats how records are read. */
export const readOptionsTable = optionsOf("options", [AUTO]);

/** The options that say which files are a format's, given it for all of them. */
export const findOptionsTable = optionsOf("findOptions", []);

type Table<F, K extends string> = F extends {
	[key in K]: infer O extends OptionTable;
}
	? O
	: Record<never, never>;

function optionsOf<K extends "options" | "findOptions">(
	key: K,
	also: readonly string[],
) {
	type Tables = {
		[F in keyof typeof entries]: { options: Table<(typeof entries)[F], K> };
	};
	const tables = Object.fromEntries(
		Object.entries<SourceFormat>(entries).map(([name, format]) => [
			name,
			{ options: format[key] ?? {} },
		]),
	) as unknown as Tables;
	const table = optionsOfEntries("inputFormat", tables);
	return Object.fromEntries(
		Object.entries(table).map(([name, option]) => {
			const inputFormat = [...also, ...(option.of?.inputFormat ?? [])];
			return [name, { ...option, of: { ...option.of, inputFormat } }];
		}),
	) as typeof table;
}

/** The values of the options that tell formats how records are read. */
export function readOptionsOf(
	values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	return Object.fromEntries(
		Object.keys(readOptionsTable)
			.filter((name) => values[name] !== undefined)
			.map((name) => [name, values[name]]),
	);
}

/** The kinds of input in words: `JSON Lines (.jsonl, .ndjson); ...; .gz, .zst may follow all but ...`. */
export function describeFormats(): string {
	const formats = sourceFormats
		.entries()
		.filter(([, { extensions }]) => extensions.length > 0)
		.map(([, format]) => `${format.title} (${endingsOf(format).join(", ")})`);
	return `${formats.join("; ")}; ${compressedInWords()}`;
}

/** The endings of names that tell a format: `.jsonl, .ndjson, .txt; ...`. */
export function describeEndings(): string {
	const endings = sourceFormats
		.entries()
		.flatMap(([, format]) => endingsOf(format));
	return `${[...new Set(endings)].join(", ")}; ${compressedInWords()}`;
}

/** The endings of a format's names, those that are for compressed files alone as well. */
export function endingsOf({ extensions, shortEndings }: SourceFormat) {
	return [...extensions, ...Object.keys(shortEndings ?? {})];
}

/** `.gz, .zst may follow all but .parquet`. */
function compressedInWords(): string {
	const others = new Set(
		sourceFormats
			.entries()
			.flatMap(([, { extensions, compressible }]) =>
				compressible ? [] : extensions,
			),
	);
	return `${compressedEndings().join(", ")} may follow all but ${[...others].join(", ")}`;
}

/**
 * Whether a file is one part, which is read from its beginning to its end, since it is compressed, or
 * what it can be divided into is not known.
 */
export function isReadWhole({
	format,
	compression,
	frames,
	unseen,
}: InputFile) {
	if (unseen !== undefined) return true;
	const { cutAnywhere = false } = sourceFormats.find(format);
	return compression !== null && !(cutAnywhere && frames !== null);
}

/** About how many uncompressed bytes a file has, by its size. */
export function usualBytes(
	size: number,
	{ format, compression }: Pick<InputFile, "format" | "compression">,
): number {
	const { ratio = 1 } =
		compression === null
			? sourceFormats.find(format)
			: compressions.find(compression);
	return size * ratio;
}

/** Format and compression of a file by its name alone; null where the name tells none. */
export function formatOfName(
	name: string,
): { format: string; compression: string | null } | null {
	const compression = compressionOfName(name);
	const format = formatsOfName(name).find(
		(format) => compression === null || sourceFormats.find(format).compressible,
	);
	return format === undefined ? null : { format, compression };
}

/** The formats that have a name's ending, in any case of letters, that of a compression left out. */
export function formatsOfName(name: string): string[] {
	const whole = withFullEnding(name);
	const compression = compressionOfName(whole);
	const bare =
		compression === null
			? whole
			: whole.slice(0, -compressions.find(compression).extension.length);
	return sourceFormats.where(({ extensions }) =>
		extensions.some((ending) => bare.endsWith(ending)),
	);
}

/** The compression that a file's name tells, in any case of letters. */
export function compressionOfName(name: string): string | null {
	const whole = withFullEnding(name);
	const [found] = compressions.where(({ extension }) =>
		whole.endsWith(extension),
	);
	return found ?? null;
}

/** A name in small letters, with the endings that a short one stands for. */
function withFullEnding(name: string): string {
	const lower = name.toLowerCase();
	const found = shortEndings.find(([short]) => lower.endsWith(short));
	if (found === undefined) return lower;
	const [short, full] = found;
	return lower.slice(0, -short.length) + full;
}

function compressedEndings(): string[] {
	return compressions.entries().map(([, { extension }]) => extension);
}
