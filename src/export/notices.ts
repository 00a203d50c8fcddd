import type {
	ExportFormat,
	ExportSource,
} from "../dataset/exports/export-format.js";
import { shortRowWays } from "../dataset/exports/short-rows.js";

/**
 * What a format loses of a source, and what must be known of it, as sentences without a full stop.
 * @param to The name of the format.
 */
export function noticesOf(
	to: string,
	format: ExportFormat,
	source: ExportSource,
	options: Parameters<ExportFormat["notices"]>[1],
): string[] {
	const { isDocuments, sharesRows, isMasked, eos, shortRows, padId } = source;
	const notices: string[] = [];
	const losesBorders = isDocuments
		? !format.partsDocuments
		: sharesRows && format.borders === null;
	if (losesBorders)
		notices.push(
			`${to} has no borders of ${isDocuments ? "documents" : "the sequences in a row"}: ${eos === null ? "there is no EOS here that could tell them" : `what reads it can only guess them from the id ${eos}`}`,
		);
	if (format.mask === null && isMasked)
		notices.push(
			`${to} has no masks: what is not to be trained on will be, unless the trainer leaves it out`,
		);
	if (format.mask === null && shortRowWays.find(shortRows).pads)
		notices.push(
			`${to} has no masks: padding, of id ${padId}, will be trained on, unless the trainer leaves that id out`,
		);
	return [...notices, ...format.notices(source, options)];
}
