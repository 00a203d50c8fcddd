import { UsageError } from "../../core/errors.js";
import type { Storage } from "../storage.js";

/**
 * All that writes, refused.
 * @param title How people call the storage.
 */
export function readOnly(
	title: string,
): Pick<
	Storage,
	| "create"
	| "createExclusive"
	| "remove"
	| "removeEmpty"
	| "makeDirectory"
	| "openForRandomAccess"
	| "requireWritable"
> {
	const requireWritable = (path: string): never => {
		throw new UsageError(
			"read-only",
			`cannot write ${path}: ${title} is read only. Choose a directory here, or s3://bucket/path.`,
		);
	};
	const refused = async (path: string) => requireWritable(path);
	return {
		requireWritable,
		create: refused,
		createExclusive: refused,
		remove: refused,
		removeEmpty: refused,
		makeDirectory: refused,
		openForRandomAccess(path) {
			throw new UsageError(
				"not-here",
				`${path} cannot be read at random: copy it to this machine.`,
			);
		},
	};
}
