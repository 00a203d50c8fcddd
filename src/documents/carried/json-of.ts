import { parseRecordJson } from "../../sources/json/values.js";
import { JsonText, valueAt } from "../../sources/records/fields.js";

/** A value as JSON; null where there is none. */
export function jsonOf(value: unknown): string | null {
	if (value === undefined || value === null) return null;
	if (typeof value === "string") return value;
	return JSON.stringify(
		value instanceof JsonText
			? valueAt(parseRecordJson(value.text), value.path)
			: value,
		(_, part) => (typeof part === "bigint" ? String(part) : part),
	);
}
