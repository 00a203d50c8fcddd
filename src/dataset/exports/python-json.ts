import { isObject } from "../../core/values.js";

/** JSON as Python's `json.dumps(value, sort_keys=True)` writes it. */
export function pythonJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
	if (!isObject(value)) return JSON.stringify(value);
	const entries = Object.entries(value)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, of]) => `${JSON.stringify(key)}: ${pythonJson(of)}`);
	return `{${entries.join(", ")}}`;
}
