import { sourceFormats } from "../../sources/formats.js";
import { idsOf } from "../../sources/tokens/token-type.js";
import { type AuditedFile, recordsOf } from "../kind.js";
import { type AuditRow, paddingStart } from "../row.js";

/**
 * The documents of a file of token ids, a row each.
 * @param isGuessed Whether EOS alone parts them.
 */
export async function* tokenDocuments(
	audited: AuditedFile,
	isGuessed: boolean,
): AsyncGenerator<AuditRow & { position: number }> {
	const { file, shard, eos } = audited;
	const { fields, describePlace } = sourceFormats.find(file.format);
	const wanted = { text: [fields.text], id: [fields.id], values: [] };
	for await (const { texts, positions, numbers } of recordsOf(audited, wanted))
		for (const [i, position] of positions.entries()) {
			const bytes = texts.bytes.subarray(
				texts.offsets[i],
				texts.offsets[i + 1],
			);
			const ids = idsOf(bytes, "int32");
			const borders = Int32Array.of(0, paddingStart(ids, eos));
			yield {
				place: () => describePlace(file.path, numbers[i]),
				...{ shard, number: numbers[i], ids, borders, isGuessed, position },
				...{ sequencesInPadding: 0, lostLabels: 0, hidesBorders: false },
				...{ trained: null, isMask: false, isAnswerMask: false, labels: null },
			};
		}
}
