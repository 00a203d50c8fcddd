import type { OptionTable, Resolved } from "../core/option.js";
import { defaultOf } from "../core/resolve-options.js";
import { nearestName, quoted } from "../core/text.js";
import { isObject } from "../core/values.js";
import { badRecipe } from "./faults.js";

/** The name of a setting as a recipe spells it: `per-limit`. */
export function settingName(option: string): string {
	return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * The settings that a part of a recipe gives, checked by a table, with what it leaves out.
 * @param where What the part is called in messages.
 * @param others What else may stand beside them, and was taken out.
 * @throws UsageError `bad-recipe`
 */
export function settingsOf<T extends OptionTable>(
	table: T,
	given: unknown,
	where: string,
	others: readonly string[] = [],
): Resolved<T> {
	if (!isObject(given))
		throw badRecipe(
			where,
			`${quoted(given)} is no mapping: give settings by name`,
		);
	const names = Object.keys(table).map(settingName);
	const values: Record<string, unknown> = {};
	const all: Record<string, unknown> = {};
	for (const [key, value] of Object.entries(given)) {
		const at = names.indexOf(key);
		if (at === -1) {
			const known = [...others, ...names];
			const near = nearestName(key, known);
			throw badRecipe(
				where,
				`there is no setting ${quoted(key)}${near === null ? `; there are: ${known.join(", ")}` : `; did you mean ${near}?`}`,
			);
		}
		all[Object.keys(table)[at]] = value;
	}
	for (const [name, option] of Object.entries(table)) {
		const value = all[name];
		if (value === undefined) {
			if (option.required)
				throw badRecipe(
					where,
					`${settingName(name)} is missing: give ${option.type.expected} (${option.help})`,
				);
			values[name] = defaultOf(option, values, all);
			continue;
		}
		const fault = option.type.fault(value);
		if (fault !== null) throw badRecipe(where, settingName(name) + fault);
		values[name] = value;
	}
	return values as Resolved<T>;
}
