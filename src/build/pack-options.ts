import type { BucketSettings, Settings } from "../dataset/settings.js";
import type { DecomposeDocumentsOptions } from "../decompose/decompose-documents.js";
import type { PackDocumentsOptions } from "../pack/pack-documents.js";

/** The settings as the packers want them. */
export function packOptionsOf(settings: Settings): PackDocumentsOptions {
	return {
		packer: settings.packer,
		longDocuments: settings.longDocuments ?? undefined,
		minSequence: settings.minSequence,
		maxSequences: settings.maxSequences ?? undefined,
		openPacks: settings.openPacks ?? undefined,
		padDocumentToMultiple: settings.padDocumentToMultiple,
	};
}

/** The settings as the decomposers want them. */
export function decomposeOptionsOf(
	settings: BucketSettings,
): DecomposeDocumentsOptions {
	const { decomposer, remainder, plusOne, overlap } = settings;
	const lengths = settings.buckets.map(({ length }) => length);
	return {
		decomposer,
		remainder,
		plusOne,
		overlap,
		minLength: lengths[0],
		maxLength: lengths[lengths.length - 1],
		buckets: TAKES_LENGTHS.has(decomposer) ? lengths : undefined,
	};
}

const TAKES_LENGTHS = new Set(["nearest", "whole"]);
