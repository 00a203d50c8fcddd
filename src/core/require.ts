import { UsageError } from "./errors.js";

/**
 * @param name The option's, as the reader may have written it: `seed (--seed)`.
 * @throws UsageError `bad-option` unless the value is a whole number in the range, or left out.
 */
export function requireInteger(
	name: string,
	value: number | undefined,
	least: number,
	most: number = Number.MAX_SAFE_INTEGER,
): void {
	if (value === undefined) return;
	if (!Number.isInteger(value) || value < least || value > most)
		throw new UsageError(
			"bad-option",
			`${name} is ${typeof value === "string" ? JSON.stringify(value) : value}: give a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}.`,
		);
}

/** @throws UsageError `bad-option` unless the value is one of the choices. */
export function requireOneOf(
	name: string,
	value: string,
	choices: readonly string[],
): void {
	if (!choices.includes(value))
		throw new UsageError(
			"bad-option",
			`${name} is "${value}": give one of ${choices.join(", ")}.`,
		);
}

/** @throws UsageError `bad-option` unless the value is true or false, or left out. */
export function requireBoolean(name: string, value: unknown): void {
	if (value !== undefined && typeof value !== "boolean")
		throw new UsageError(
			"bad-option",
			`${name} is ${JSON.stringify(value)}: give true or false.`,
		);
}
