import { UsageError } from "./errors.js";
import { nearestName, quoted } from "./text.js";

/** The entries of one kind, by name: packers, formats, schedules. */
export interface Registry<Name extends string, Entry> {
	/** What an entry is, in words: "packer". */
	readonly kind: string;
	readonly names: readonly Name[];
	/** What entries mean, by name: the `meaning` of those that have one. */
	readonly meanings: Readonly<Record<string, string>>;
	has(name: string): name is Name;
	/** @throws UsageError `unknown-name`, which lists the names there are */
	find(name: string): Entry;
	/** Names and entries, in their order. */
	entries(): [Name, Entry][];
	/** The names of the entries that a condition holds for. */
	where(condition: (entry: Entry) => boolean): Name[];
}

export function registry<Name extends string, Entry>(
	kind: string,
	entries: Readonly<Record<Name, Entry>>,
): Registry<Name, Entry> {
	const names = Object.keys(entries) as Name[];
	const has = (name: string): name is Name => Object.hasOwn(entries, name);
	return {
		kind,
		names,
		meanings: meaningsOf(entries),
		has,
		find(name) {
			if (has(name)) return entries[name];
			throw new UsageError("unknown-name", unknownName(kind, name, names));
		},
		entries: () => names.map((name) => [name, entries[name]]),
		where: (condition) => names.filter((name) => condition(entries[name])),
	};
}

function meaningsOf(entries: Readonly<Record<string, unknown>>) {
	const meanings: Record<string, string> = {};
	for (const [name, entry] of Object.entries(entries)) {
		const { meaning } = entry as { meaning?: unknown };
		if (typeof meaning === "string") meanings[name] = meaning;
	}
	return meanings;
}

/** The names of a registry's entries, as a type. */
export type NameOf<R> = R extends Registry<infer Name, unknown> ? Name : never;

/** `there is no packer "x"; there are: a, b.` */
export function unknownName(
	kind: string,
	name: unknown,
	names: readonly string[],
): string {
	const near = typeof name === "string" ? nearestName(name, names) : null;
	const meant = near === null ? "" : `; did you mean ${near}?`;
	return `there is no ${kind} ${quoted(name)}${meant || ";"} there are: ${names.join(", ")}.`;
}
