import { isUtf8 } from "node:buffer";
import { optionName } from "../../core/errors.js";
import { quoted, shortened } from "../../core/text.js";
import { LONGEST_TEXT, utf8Reasons } from "../bytes/utf8.js";
import { parseRecordJson } from "../json/values.js";
import { BadInput } from "../source.js";

/** The reasons of formats whose records have fields of bytes, of which some hold text or JSON. */
export const fieldBytesReasons = {
	...utf8Reasons,
	"not-json": "a line, or a field that should hold JSON, is not JSON",
};

/** What is wrong with a field that no text can hold; null: nothing is. */
export function tooLongField(name: string, size: number): BadInput | null {
	return size <= LONGEST_TEXT
		? null
		: new BadInput(
				"too-long",
				`the field ${quoted(name)} has ${size} bytes, more than the ${LONGEST_TEXT} that can be read. Split the document, or give ${optionName("onError", "skip")}`,
			);
}

/** @throws BadInput `invalid-utf8` */
export function requireUtf8(name: string, bytes: Buffer): void {
	if (!isUtf8(bytes))
		throw new BadInput(
			"invalid-utf8",
			`the field ${quoted(name)} is not valid UTF-8. Name another field with ${optionName("textField")}, write it as UTF-8, or give ${optionName("onError", "skip")}`,
		);
}

/**
 * The value of a field that is JSON, and the text of it.
 * @throws BadInput `invalid-utf8`, `not-json`
 */
export function parseJsonField(
	name: string,
	bytes: Buffer,
): { value: unknown; text: string } {
	requireUtf8(name, bytes);
	const text = bytes.toString();
	try {
		return { value: parseRecordJson(text), text };
	} catch (error) {
		throw new BadInput(
			"not-json",
			`the field ${quoted(name)} is not JSON (${shortened((error as Error).message)}). Fix it, or give ${optionName("onError", "skip")}`,
		);
	}
}
