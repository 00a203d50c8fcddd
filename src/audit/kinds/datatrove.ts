import { besideOf } from "../../sources/tokens/beside.js";
import { readExactly } from "../../sources/tokens/numbers.js";
import type { AuditKind } from "../kind.js";
import { tokenDocuments } from "./token-documents.js";

const LOSS = ".ds.loss";

/** A byte a token in the file beside says whether it is trained on. */
export const datatrove: AuditKind = {
	meaning: "token ids of datatrove: a document of the index is a row",
	readFrom: [".ds", ".ds.index", LOSS],
	formats: ["datatrove"],
	guessesBorders: false,
	dealsFiles: false,
	async *rows(audited) {
		const { file, storage, onUnusable } = audited;
		const loss = besideOf(file, LOSS);
		// Tokens have two, four or eight bytes.
		const width = loss === null || loss.size === 0 ? 2 : file.size / loss.size;
		const isWhole = [1, 2, 4, 8].includes(width);
		if (loss !== null && !isWhole)
			onUnusable(
				loss.path,
				`it has ${loss.size} bytes, one for each token, and ${file.path} has ${file.size}`,
			);
		for await (const row of tokenDocuments(audited, false)) {
			if (loss !== null && isWhole && loss.size > 0) {
				row.isMask = true;
				row.trained = await readExactly(
					storage,
					loss.path,
					row.position / width,
					row.ids.length,
				);
			}
			yield row;
		}
	},
};
