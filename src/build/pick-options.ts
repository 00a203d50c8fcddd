import type { Given, OptionTable } from "../core/option.js";

/** Of many options those of a table. */
export function pickOptions<T extends OptionTable>(
	table: T,
	options: object,
): Given<T> {
	const all = options as Record<string, unknown>;
	return Object.fromEntries(
		Object.keys(table).map((name) => [name, all[name] ?? undefined]),
	) as Given<T>;
}
