import { optionName, UsageError } from "../core/errors.js";
import { shellWord } from "../core/text.js";
import { datasetFormats } from "./formats.js";
import type { Settings } from "./settings.js";

/** @throws UsageError `not-random` for a dataset whose rows cannot be read in random order */
export function requireRandomAccess(
	directory: string,
	{ format, shift }: Settings,
): void {
	if (datasetFormats.find(format).randomAccess) return;
	const [possible] = datasetFormats.where(({ randomAccess }) => randomAccess);
	// Nothing can be put beside "." and the like by its name.
	const isNamed = !/(^|\/)\.{0,2}$/.test(directory);
	const asFormat = optionName("format", possible);
	throw new UsageError(
		"not-random",
		`${directory} has ${format} shards, and its rows are to be read in random order: ${
			shift
				? `build it again with ${asFormat}, and without ${optionName("shift", true)}`
				: `convert it with seqpack convert ${shellWord(directory)} ${asFormat} ${optionName("out", isNamed ? `${directory}-${possible}` : "DIR")}`
		}.`,
	);
}
