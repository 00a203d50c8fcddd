import { inParallel } from "../core/in-parallel.js";
import { splitOfName, TRAIN } from "../dataset/splits.js";
import { findOptionsOf } from "../documents/options.js";
import type { BuildValues } from "../options/build.js";
import type { SourceValues } from "../options/sources.js";
import type { FoundInput } from "../sources/find/candidate.js";
import { findInputs, noticesOf } from "../sources/find/find-inputs.js";
import { fingerprintOf } from "../sources/find/fingerprint.js";
import type { LeftOut } from "../sources/find/left-out.js";
import { LANES } from "../storage/lanes.js";
import { type Growing, placesOfSources, requireSplits } from "./grow-store.js";
import type { KeptInput } from "./kept-input.js";
import { sortInputs } from "./new-inputs.js";
import type { SourceFile } from "./plan.js";
import { sourceSettings } from "./resolve-settings.js";

/**
 * Finds the files that a build reads, and tells what there is to say of them: those of
 * its sources, but not those that the store has which it adds to.
 */
export async function findFiles(
	values: BuildValues,
	sources: readonly SourceValues[],
	growing: Growing | null,
	out: string,
	input: KeptInput,
): Promise<{ files: SourceFile[]; leftOut: LeftOut[] }> {
	const notify = values.onNotice ?? (() => {});
	const places =
		growing === null
			? [...sources.keys()]
			: placesOfSources(growing, sources.map(sourceSettings));
	const met: (FoundInput & Pick<SourceFile, "of" | "split">)[] = [];
	const leftOut: LeftOut[] = [];
	for (const [i, source] of sources.entries()) {
		const inputs = await findInputs(source.inputs, {
			...findOptionsOf({ ...source, onError: values.onError }),
			...(!isComposed(source) && { output: out }),
			standardInput: () => input.keep(),
			// Composed files are all looked into, so that what is known of them depends on nothing else.
			...(!isComposed(source) && { taskSize: values.taskSize ?? null }),
			// A store's hold for its other files.
			mayBeUnused: growing !== null,
		});
		for (const notice of noticesOf(inputs)) notify(notice, "warn");
		leftOut.push(...inputs.leftOut);
		for (const file of inputs.files) {
			const named = splitOfName(file.source) ?? TRAIN;
			const split = values.keepSplits ? named : TRAIN;
			met.push({ ...file, of: places[i], split });
		}
	}
	const all = await inParallel(met, LANES, async (file) => ({
		...file,
		fingerprint: await fingerprintOf(file, values.fingerprint),
	}));
	const { files, known, notices } =
		growing === null
			? { files: all, known: [], notices: [] }
			: await sortInputs(growing, all);
	for (const notice of notices) notify(notice, "info");
	for (const path of known) leftOut.push({ path, why: "in-store" });
	if (growing !== null) requireSplits(growing, files);
	const ofOtherSplits = files
		.map(({ source }) => source)
		.filter((source) => (splitOfName(source) ?? TRAIN) !== TRAIN);
	if (ofOtherSplits.length > 0)
		notify(splitNotice(ofOtherSplits, values.keepSplits), "warn");
	return { files, leftOut };
}

/** Whether its files are what a recipe has composed, which lie in the output directory. */
const isComposed = (source: SourceValues) =>
	"composed" in source && source.composed !== null;

function splitNotice(files: readonly string[], isKept: boolean): string {
	const [first] = files;
	const are =
		files.length === 1
			? `the name of ${first} says`
			: `the names of ${files.length} files, such as ${first}, say`;
	return isKept
		? `${are} ${splitOfName(first)}: what is in there is kept as a split of its own`
		: `${are} ${splitOfName(first)}: what is in there is trained on like all else: splits can be kept apart`;
}
