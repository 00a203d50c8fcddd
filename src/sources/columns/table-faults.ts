import { optionName } from "../../core/errors.js";
import { shortened } from "../../core/text.js";
import { LONGEST_TEXT, utf8Reasons } from "../bytes/utf8.js";
import { type FieldPath, fieldName } from "../records/fields.js";
import { BadInput } from "../source.js";

const skip = () => `give ${optionName("onError", "skip")}`;

/** The reasons and the errors of a format whose files are tables, by its name in messages. */
export function tableFaults<Name extends string>(name: Name, title: string) {
	return {
		reasons: {
			[`not-${name}`]: `a file is not ${title}, or is cut short`,
			[`corrupt-${name}`]: `some rows of a file of ${title} are damaged, or written as seqpack cannot read them`,
			"no-text-column":
				"a file has no column of texts where its texts should be",
			...utf8Reasons,
		} as Record<`not-${Name}` | `corrupt-${Name}`, string> &
			typeof utf8Reasons & { "no-text-column": string },
		/** @param detail What is wrong, as the end of a sentence. */
		notOne: (detail: string) =>
			new BadInput(
				`not-${name}`,
				`the file is not ${title}, or was cut short: ${shortened(detail)}. Fetch or write it again, or ${skip()} to go on without it`,
			),
		corrupt: (detail: string) =>
			new BadInput(`corrupt-${name}`, shortened(detail)),
		/** An error within some rows, with the rows that are lost; from 1. */
		lostRows: ({ reason, message }: BadInput, first: number, last: number) =>
			new BadInput(
				reason,
				`rows ${first} to ${last} cannot be read (${message}). Fetch or write the file again, or ${skip()} to go on without these rows`,
			),
		/** An error after which nothing more of a file can be read. */
		lostRest: ({ reason, message }: BadInput) =>
			new BadInput(
				reason,
				`the rest of the file cannot be read (${message}). Fetch or write it again, or ${skip()} to use the rows before this place`,
			),
		/**
		 * @param type What the column holds, in words; null: there is none.
		 * @param columns Names of all columns.
		 */
		noTextColumn: (
			field: FieldPath,
			type: string | null,
			columns: readonly string[],
		) =>
			new BadInput(
				"no-text-column",
				`${type === null ? `the file has no column ${fieldName(field)}` : `the column ${fieldName(field)} holds no texts, but ${type}`}, so none of its rows can be used (its columns: ${listed(columns)}). Name the text's column with ${optionName("textField")}, or ${skip()} to go on without the file`,
			),
		tooLongText: (bytes: number) =>
			new BadInput(
				"too-long",
				`the text has ${bytes} bytes, more than the ${LONGEST_TEXT} that can be read. Split the document, or ${skip()}`,
			),
		/** For within `lostRows`. */
		tooLong: (what: string, bytes: number, most = LONGEST_TEXT) =>
			new BadInput(
				"too-long",
				`${what} has ${bytes} bytes, more than the ${most} that can be read`,
			),
	};
}

function listed(columns: readonly string[]): string {
	const names = columns.slice(0, 20).map((name) => fieldName([name]));
	return (
		shortened(names.join(", ") || "none") + (columns.length > 20 ? ", ..." : "")
	);
}
