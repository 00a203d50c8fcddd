import type { AuditedFile, AuditKind } from "../../audit/kind.js";
import { numbersOf } from "../../audit/kinds/numbers-of.js";
import { tableValues } from "../../audit/kinds/table-values.js";
import type { AuditRow } from "../../audit/row.js";
import { sourceFormats } from "../../sources/formats.js";

/** The column that says how long the sequences of a row are. */
const LENGTHS = "seq_lengths";

/** Shards of a packing by index, and of packed records: their rows have lengths, and no tokens. */
export const indexShard: Pick<AuditKind, "meaning" | "formats" | "rows"> = {
	meaning: "rows that say how long their sequences are, and have no tokens",
	formats: sourceFormats.where(({ openTable }) => openTable !== undefined),
	async *rows(audited: AuditedFile): AsyncGenerator<AuditRow> {
		const { file, shard, onUnusable } = audited;
		const { describePlace } = sourceFormats.find(file.format);
		for await (const { number, values } of tableValues(audited, [LENGTHS])) {
			const place = () => describePlace(file.path, number);
			const lengths = numbersOf(values[0]);
			if (lengths?.every((length) => length >= 0) !== true) {
				onUnusable(place(), `it has no list of lengths in ${LENGTHS}`);
				if (values[0] === undefined) return;
				continue;
			}
			const borders = new Int32Array(lengths.length + 1);
			for (const [i, length] of lengths.entries())
				borders[i + 1] = borders[i] + length;
			yield {
				...{ place, shard, number, ids: new Int32Array(0), borders },
				...{ isGuessed: false, sequencesInPadding: 0, lostLabels: 0 },
				...{ hidesBorders: false, trained: null, labels: null },
				...{ isMask: false, isAnswerMask: false },
			};
		}
	},
};
