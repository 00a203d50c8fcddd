import { UsageError } from "../core/errors.js";
import type { Option, OptionTable } from "../core/option.js";
import { nearestName, quoted } from "../core/text.js";
import { isObject } from "../core/values.js";
import { readIfThere } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { type BuildOptions, buildTable } from "./build.js";
import { parseFile, textOfFile } from "./parse-file.js";
import { type SourceOptions, sourceTable } from "./sources.js";

/**
 * The options that a file gives, YAML or JSON (`.json`): a mapping of the names that
 * the command has, `seq-len`, or the library, `seqLen`; and `sources`, a list of such
 * mappings. Paths in it go by the working directory.
 * @throws UsageError `no-config`, `bad-config`, which says where in the file
 */
export async function readBuildConfig(
	path: string,
): Promise<Partial<BuildOptions>> {
	const content = await readIfThere(storageAt(path), path);
	if (content === null)
		throw new UsageError("no-config", `there is no file ${path}.`);
	const { sources, ...options } = mappingOf(
		parseFile(path, textOfFile(path, content, bad), bad),
		path,
	);
	const values = optionsOf(buildTable, options, path, "");
	if (sources === undefined) return values;
	return { ...values, sources: sourcesIn(sources, path) };
}

/** The name of an option as files and the command spell it: `seq-len`. */
export function configName(option: string): string {
	return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function mappingOf(value: unknown, where: string): Record<string, unknown> {
	if (isObject(value)) return value;
	throw bad(
		where,
		`${quoted(value)} is no mapping: give options by name, as in seq-len: 8192`,
	);
}

function sourcesIn(value: unknown, path: string): SourceOptions[] {
	if (!Array.isArray(value) || value.length === 0)
		throw bad(
			path,
			`sources is ${quoted(value)}: give a list, each with a name and inputs`,
		);
	return value.map((source, i) => {
		const place = `sources[${i}]`;
		const options = mappingOf(source, `${path}: ${place}`);
		return optionsOf(sourceTable, options, path, `${place}.`) as SourceOptions;
	});
}

/** @param within What the names stand in. */
function optionsOf<T extends OptionTable>(
	table: T,
	given: Record<string, unknown>,
	path: string,
	within: string,
): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(given).map(([key, value]) => {
			const name = key.replace(/-([a-z])/g, (_, letter) =>
				letter.toUpperCase(),
			);
			const place = within + key;
			const option = Object.hasOwn(table, name) ? table[name] : undefined;
			if (option === undefined || option.type.written === "none") {
				const near = nearestName(key, namesIn(table));
				throw bad(
					path,
					`there is no option ${place}${near === null ? "" : `; did you mean ${within}${near}?`}`,
				);
			}
			return [name, checkedValue(option, value, path, place)];
		}),
	);
}

function namesIn(table: OptionTable): string[] {
	return Object.entries(table)
		.filter(([, { type }]) => type.written !== "none")
		.map(([name]) => configName(name));
}

/** A value as it is, or as its text has it on a command line. */
function checkedValue(
	{ type }: Option,
	value: unknown,
	path: string,
	place: string,
): unknown {
	if (type.fault(value) === null) return value;
	const parsed = typeof value === "string" ? type.parse(value) : undefined;
	if (parsed !== undefined && type.fault(parsed) === null) return parsed;
	throw bad(path, `${place}${type.fault(value)}`);
}

function bad(path: string, what: string): UsageError {
	const stop = /[.?]$/.test(what) ? "" : ".";
	return new UsageError("bad-config", `${path}: ${what}${stop}`);
}
