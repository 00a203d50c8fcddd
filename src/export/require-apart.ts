import { optionName, UsageError } from "../core/errors.js";
import { storageAt } from "../storage/storages.js";

/** @throws UsageError where the output is a directory that is read from, is in one, or has one in it */
export function requireApart(
	out: string,
	directories: readonly string[],
): void {
	const absolute = (path: string) =>
		storageAt(path).absolute(path).replace(/\/+$/, "");
	const to = `${absolute(out)}/`;
	for (const directory of directories) {
		const from = `${absolute(directory)}/`;
		if (to.startsWith(from) || from.startsWith(to))
			throw new UsageError(
				"output-in-use",
				`${out} is ${to === from ? "" : to.startsWith(from) ? "in " : "around "}${directory}, which is read: choose a directory apart from it (${optionName("out")}).`,
			);
	}
}
