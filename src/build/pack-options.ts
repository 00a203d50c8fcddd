import type { Settings } from "../dataset/manifest.js";
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
