import { damageOf } from "../../core/errors.js";
import { tableFaults } from "../columns/table-faults.js";

export const faults = tableFaults("parquet", "Parquet");

/** Runs what decodes bytes of the file: whatever it throws, they are damaged. */
export function decoding<T>(decode: () => T): T {
	try {
		return decode();
	} catch (error) {
		throw faults.corrupt(damageOf(error));
	}
}
