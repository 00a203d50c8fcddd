import type { AuditedFile } from "../../audit/kind.js";
import {
	type RecordValues,
	tableValues,
} from "../../audit/kinds/table-values.js";
import { sourceFormats } from "../../sources/formats.js";

/** The column of a shard that says which documents its sequences are of. */
const DOCUMENTS = "doc_ids";

/** The documents of the rows of a file, by their numbers in the dataset, where a column of a table says them. */
export class RowDocuments {
	readonly #records: AsyncGenerator<RecordValues> | null;
	#last: RecordValues | null = null;

	constructor(audited: AuditedFile) {
		const { openTable } = sourceFormats.find(audited.file.format);
		this.#records =
			openTable === undefined ? null : tableValues(audited, [DOCUMENTS]);
	}

	/**
	 * @param number The number of a row, from 1; not before one that was asked for.
	 * @returns null where the file does not say it.
	 */
	async of(number: number): Promise<readonly string[] | null> {
		while (this.#records !== null && (this.#last?.number ?? 0) < number) {
			const { done, value } = await this.#records.next();
			if (done === true) return null;
			this.#last = value;
		}
		const documents = this.#last?.values[0];
		return documents instanceof BigInt64Array || Array.isArray(documents)
			? Array.from(documents, String)
			: null;
	}

	async close(): Promise<void> {
		await this.#records?.return(undefined);
	}
}
