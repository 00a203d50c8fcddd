import { DataError, optionName } from "../core/errors.js";
import { BadInput } from "../sources/source.js";

/** What input formats say last of what cannot be read: to go on without it, which is no way for records. */
const SKIP = new RegExp(`, or give ${optionName("onError", "skip")}.*$`, "s");

/** An error of a file that cannot be used, with its place. */
export function unreadable(
	place: string,
	reason: string,
	sentence: string,
): DataError {
	return new DataError(reason, `${place}: ${sentence.replace(SKIP, "")}.`);
}

/** Reads a file: what is wrong with it is thrown with its name. @throws DataError */
export async function reading<T>(
	path: string,
	read: () => Promise<T>,
): Promise<T> {
	try {
		return await read();
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		throw unreadable(path, error.reason, error.message);
	}
}
