import { UsageError } from "../core/errors.js";

/** @throws UsageError `bad-length` when `maxLength` is not a positive integer. */
export function checkMaxLength(maxLength: number): void {
	if (!Number.isInteger(maxLength) || maxLength < 1)
		throw new UsageError(
			"bad-length",
			`documents cannot be split into pieces of ${maxLength} tokens: give a whole number of at least 1.`,
		);
}
