import { besideOf } from "../../sources/tokens/beside.js";
import type { AuditKind } from "../kind.js";
import { tokenDocuments } from "./token-documents.js";

export const olmo: AuditKind = {
	meaning:
		"token ids of OLMo and Dolma: a document is a row; without .csv.gz it ends at EOS",
	readFrom: [".npy", ".csv.gz"],
	formats: ["olmo"],
	guessesBorders: true,
	dealsFiles: false,
	rows: (audited) =>
		tokenDocuments(audited, besideOf(audited.file, ".csv.gz") === null),
};
