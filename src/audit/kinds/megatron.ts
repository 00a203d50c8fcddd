import type { AuditKind } from "../kind.js";
import { tokenDocuments } from "./token-documents.js";

export const megatron: AuditKind = {
	meaning: "Megatron's IndexedDataset: a document of the index is a row",
	readFrom: [".bin", ".idx"],
	formats: ["megatron"],
	guessesBorders: true,
	dealsFiles: false,
	rows: (file) => tokenDocuments(file, false),
};
