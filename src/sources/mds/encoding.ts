import type { FieldPath } from "../records/fields.js";

/** How the values of some encoding are read. */
export interface Encoding {
	/** Whether a value is a text, or may have one within. */
	texts?: "itself" | "within";
	/** Of a column of values that are not of this size nothing is read. */
	size?: number;
	/** @throws BadInput */
	decode(bytes: Buffer, name: string): unknown;
	/** An id within a value, where it is written in another way than its value shows. */
	idAt?(bytes: Buffer, value: unknown, within: FieldPath): unknown;
}
