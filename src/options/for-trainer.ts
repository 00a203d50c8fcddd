import { optionName, UsageError } from "../core/errors.js";
import { checkOption } from "../core/resolve-options.js";
import { trainers } from "../dataset/trainers/trainers.js";
import { buildTable } from "./build.js";

/**
 * What is given, with the options that the trainer needs which it is for; columns are added
 * to those that are asked for.
 * @param isMasked Whether some tokens are not to be trained on.
 * @throws UsageError `bad-option` where another value is given
 */
export function withTrainer<T extends { for?: string | undefined }>(
	given: T,
	isMasked: boolean,
): T {
	const name = given.for;
	if (name === undefined) return given;
	checkOption("for", buildTable.for, name);
	const all: Record<string, unknown> = { ...given };
	for (const [option, needed] of Object.entries(
		trainers.find(name).options(isMasked),
	)) {
		const own = all[option];
		if (Array.isArray(needed))
			all[option] = [...new Set([...needed, ...((own as []) ?? [])])];
		else if (own === undefined || own === needed) all[option] = needed;
		else
			throw new UsageError(
				"bad-option",
				`${optionName(option, own)} does not go with ${optionName("for", name)}, which needs ${optionName(option, needed)}: leave it out.`,
			);
	}
	return all as T;
}
