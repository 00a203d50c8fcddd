import { parseJson } from "../core/json.js";
import { sha256 } from "./hash.js";

const BEFORE = `,\n\t"sha256": "`;
const AFTER = `"\n}\n`;
const LENGTH = BEFORE.length + 64 + AFTER.length;

/**
 * An object with fields as JSON that ends with a hash of itself: its last field, `sha256`, is the
 * SHA-256 of all bytes before it.
 */
export function signedJson(value: object): string {
	const body = JSON.stringify(value, null, "\t").slice(0, -"\n}".length);
	return `${body}${BEFORE}${sha256(body)}${AFTER}`;
}

/**
 * Reads what `signedJson` wrote, or an object of an older seqpack, which has no hash of itself.
 * @param last The last field of such an object.
 * @returns Without the hash; and what is wrong with it, as the end of a sentence.
 * @throws SyntaxError where it is no JSON
 */
export function parseSignedJson(
	bytes: Buffer,
	last: string,
): { value: unknown; fault: string | null } {
	const value = parseJson(bytes.toString("utf8"));
	const end = bytes.length - LENGTH;
	const signature = end < 0 ? "" : bytes.toString("latin1", end);
	const isSigned =
		signature.startsWith(BEFORE) &&
		signature.endsWith(AFTER) &&
		signature.length === LENGTH;
	const isRight = isSigned
		? signature.slice(BEFORE.length, -AFTER.length) ===
			sha256(bytes.subarray(0, end))
		: isUnsigned(value, last);
	if (typeof value === "object" && value !== null) delete value.sha256;
	return {
		value,
		fault: isRight
			? null
			: "it was changed after it was written: its SHA-256 is another",
	};
}

/** Whether something was never signed: what is signed has a field after the last of its own. */
function isUnsigned(value: unknown, last: string): boolean {
	if (typeof value !== "object" || value === null) return true;
	const keys = Object.keys(value);
	return !keys.includes(last) || keys[keys.length - 1] === last;
}
