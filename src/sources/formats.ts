import { registry } from "../core/registry.js";
import { compressions } from "./compressions.js";
import { csv } from "./csv.js";
import { json } from "./json.js";
import { jsonl } from "./jsonl.js";
import { mds } from "./mds.js";
import type { InputFile } from "./source.js";
import { text } from "./text.js";
import { tsv } from "./tsv.js";
import { webdataset } from "./webdataset.js";

/** Every format of input. */
export const sourceFormats = registry("input format", {
	json,
	jsonl,
	csv,
	tsv,
	text,
	webdataset,
	mds,
});

/** The kinds of input in words: `JSON Lines (.jsonl, .ndjson); ...; also as .gz`. */
export function describeFormats(): string {
	const formats = sourceFormats
		.entries()
		.map(([, { title, extensions }]) => `${title} (${extensions.join(", ")})`);
	return `${formats.join("; ")}; also as ${compressedEndings().join(", ")}`;
}

/** The endings of names that tell a format: `.jsonl, .ndjson, .txt; ...`. */
export function describeEndings(): string {
	const endings = sourceFormats
		.entries()
		.flatMap(([, { extensions }]) => extensions);
	return `${[...new Set(endings)].join(", ")}, and with ${compressedEndings().join(" or ")} after them`;
}

/** Whether a file is one part, which is read from its beginning to its end, since it is compressed. */
export function isReadWhole({ format, compression, frames }: InputFile) {
	const { cutAnywhere = false } = sourceFormats.find(format);
	return compression !== null && !(cutAnywhere && frames !== null);
}

/** Format and compression of a file by its name; null where the name tells none. */
export function formatOfName(
	name: string,
): { format: string; compression: string | null } | null {
	const compression = compressionOfName(name);
	const bare = withoutCompression(name, compression);
	for (const [format, { extensions, compressible }] of sourceFormats.entries())
		if (extensions.some((ending) => bare.endsWith(ending)))
			return compressible || compression === null
				? { format, compression }
				: null;
	return null;
}

/** The compression that a file's name tells. */
export function compressionOfName(name: string): string | null {
	const [found] = compressions.where(({ extension }) =>
		name.endsWith(extension),
	);
	return found ?? null;
}

function withoutCompression(name: string, compression: string | null): string {
	return compression === null
		? name
		: name.slice(0, -compressions.find(compression).extension.length);
}

function compressedEndings(): string[] {
	return compressions.entries().map(([, { extension }]) => extension);
}
