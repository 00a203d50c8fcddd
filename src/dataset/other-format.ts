import { canonicalJson, sha256 } from "../storage/hash.js";
import { datasetFormats } from "./formats.js";
import type { Manifest } from "./manifest.js";
import { pathOfOtherPlan } from "./names.js";
import type { Settings } from "./settings.js";
import { trainers } from "./trainers/trainers.js";

type ShardFormat = Pick<Settings, "format" | "compression">;

/**
 * The manifest of the same rows in shards of another format. Its files have the names that they
 * come to have; bytes and checksums of shards, and what is written beside them, are those of before.
 */
export function manifestInFormat(
	manifest: Manifest,
	to: ShardFormat,
): Manifest {
	const { planHash, history = [] } = manifest;
	const { trainer, ...settings } = manifest.settings;
	const plans = new Map(
		[...history.map((state) => state.planHash), planHash].map((before) => [
			before,
			sha256(canonicalJson({ convertedFrom: before, ...to })),
		]),
	);
	const planOf = (before: string) => plans.get(before) ?? before;
	const renamed = <T extends { path: string }>(file: T): T => ({
		...file,
		path: pathOfOtherPlan(file.path, plans),
	});
	const ending = datasetFormats.find(settings.format).extension;
	const { extension } = datasetFormats.find(to.format);
	return {
		...manifest,
		planHash: planOf(planHash),
		convertedFrom: planHash,
		settings: {
			...settings,
			...(trainer !== undefined &&
				readsFormat(trainer, to.format, settings.isMasked) && { trainer }),
			...to,
		},
		shards: manifest.shards.map(renamed).map(({ path, ...shard }) => ({
			path: path.endsWith(ending)
				? `${path.slice(0, -ending.length)}${extension}`
				: path,
			...shard,
		})),
		index: manifest.index.map(renamed),
		...(manifest.lengths && { lengths: manifest.lengths.map(renamed) }),
		...(manifest.history && {
			history: history.map((state) => ({
				...state,
				planHash: planOf(state.planHash),
			})),
		}),
		skipped: manifest.skipped && renamed(manifest.skipped),
		...(manifest.injected && { injected: renamed(manifest.injected) }),
	};
}

/** Whether the rows of a trainer may be of a format. */
function readsFormat(
	trainer: string,
	format: string,
	isMasked: boolean,
): boolean {
	const needed = trainers.find(trainer).options(isMasked).format;
	return needed === undefined || needed === format;
}
