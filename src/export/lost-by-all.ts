import type { Manifest } from "../dataset/manifest.js";
import { buildTable } from "../options/build.js";

/** What no export has of a dataset, as sentences without a full stop. */
export function lostByAll({ settings, totals }: Manifest): string[] {
	return [
		...(totals.noted.pairs > 0
			? [
					"these are pairs of a chosen and a rejected answer, which become two sequences in a row: a trainer that does not know of pairs trains on both",
				]
			: []),
		...(settings.lossWeight === null
			? []
			: ["the weights of labels (loss_weight) are not exported"]),
		...(settings.carry ?? []).map(
			(name) => `what is carried with sequences (${name}) is not exported`,
		),
		...(settings.mask.kind === buildTable.mask.default.kind
			? []
			: [
					`the mask that the rows are meant for (${settings.mask.kind}) is not exported: set it in the trainer`,
				]),
	];
}
