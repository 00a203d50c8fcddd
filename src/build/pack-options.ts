import type { BucketSettings, Settings } from "../dataset/settings.js";
import { cuts } from "../decompose/cuts.js";
import type { DecomposeOptions } from "../decompose/decompose-documents.js";
import {
	type PackDocumentsOptions,
	packDocumentsTable,
} from "../pack/pack-documents.js";
import { packers } from "../pack/packers.js";
import { pickOptions } from "./pick-options.js";

/** The settings as the packers want them. */
export function packOptionsOf(settings: Settings): PackDocumentsOptions {
	const options = pickOptions(packDocumentsTable, settings);
	return packers.find(settings.packer).fillsRows
		? { ...options, minSequence: undefined, padDocumentToMultiple: undefined }
		: options;
}

/** The settings as the decomposers want them. */
export function decomposeOptionsOf(settings: BucketSettings): DecomposeOptions {
	const lengths = settings.buckets.map(({ length }) => length);
	const { options } = cuts.find(settings.decomposer);
	return {
		name: settings.decomposer,
		...pickOptions(options, {
			...settings,
			minLength: lengths[0],
			maxLength: lengths[lengths.length - 1],
			buckets: lengths,
		}),
	} as DecomposeOptions;
}
