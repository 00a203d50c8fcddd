import { parseJson } from "../../../core/json.js";
import { Float } from "./values.js";

/** A key that no JSON has: it stands for a float while JSON is parsed. */
const FLOAT = "\ufdd0";

/**
 * What JSON.parse gives, but floats that are whole are floats, and integers are exact: Python
 * writes 1.0 and 1 differently.
 */
export function parsePythonJson(json: string): unknown {
	let hasOthers = false;
	const marked = json.replace(
		/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs,
		(part) => {
			if (part.startsWith('"')) return part;
			const value = Number(part);
			const isFloat = /[.eE]/.test(part);
			if (isFloat ? !Number.isInteger(value) : Number.isSafeInteger(value))
				return part;
			hasOthers = true;
			return `{"${FLOAT}":"${part}"}`;
		},
	);
	if (!hasOthers) return parseJson(json);
	// What is no JSON is refused as it was written.
	parseJson(json);
	return parseJson(marked, (_, value) => {
		const text: unknown = value?.[FLOAT];
		if (typeof text !== "string") return value;
		return /[.eE]/.test(text) ? new Float(Number(text)) : BigInt(text);
	});
}
