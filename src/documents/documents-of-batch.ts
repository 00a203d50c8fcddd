import { addCounts } from "../core/counts.js";
import { optionName } from "../core/errors.js";
import { floatLists } from "../core/float-lists.js";
import { type IntColumns, selectColumns } from "../core/int-columns.js";
import { IntListsBuilder } from "../core/int-lists.js";
import {
	selectMarks,
	selectTexts,
	TextBatchBuilder,
} from "../core/text-batch.js";
import type { FieldPath } from "../sources/records/fields.js";
import { noId, noText } from "../sources/records/take-fields.js";
import type { TakenRecords } from "../sources/records/taker.js";
import { BadInput, type RecordBatch } from "../sources/source.js";
import { idsIn } from "../tokenizer/ids-tokenizer.js";
import { type CarriedField, carriedValue } from "./carried/carried-fields.js";
import { jsonOf } from "./carried/json-of.js";
import type { LossReader } from "./carried/loss-reader.js";
import type { ConversationReader } from "./chat.js";
import { conversationFormats } from "./conversations/conversation-formats.js";
import {
	fractionAt,
	hashesOf,
	SAMPLE_AT,
	selectHashes,
} from "./document-hash.js";
import type { Filter } from "./filter.js";
import type { leftOutReasons } from "./left-out-reasons.js";
import { MarksBuilder } from "./marks-builder.js";
import type { StrataReader } from "./strata/strata-reader.js";
import type { Template } from "./template.js";
import { addWithin } from "./token-lists/add-within.js";
import {
	requireIds,
	type TokenListReader,
} from "./token-lists/token-list-reader.js";
import type { UnitReader } from "./units/unit-reader.js";

/** Bytes of a token id, where documents are ids. */
const ID_BYTES = 4;

/** Whether records with such fields are conversations of one form. */
function mayBeConversation(fieldNames: readonly string[]): boolean {
	return conversationFormats
		.entries()
		.some(([, { fields }]) =>
			fields.every((name) => fieldNames.includes(name)),
		);
}

/** Decides which records of a batch become documents. */
export class DocumentsOfBatch {
	readonly #batch: RecordBatch;
	/** The records that may still. */
	#kept: number[];
	readonly #refused = new Map<number, BadInput>();
	readonly #leftOut: Record<string, number> = {};
	/** The texts of those that do, where they are not those of the batch. */
	#texts: TakenRecords["texts"] | null = null;
	#marks: TakenRecords["marks"] = null;
	/** What goes with documents, by record. */
	#facts: IntColumns | null = null;
	/** What is worth knowing of documents, by record: counts of `notedCounts`. */
	readonly #noted: Record<string, Int32Array> = {};
	#moreDocuments = 0;
	/** The lengths of those that are kept, where they are measured. */
	#lengths: number[] | null = null;
	#carried: readonly (string | null)[] | null = null;

	constructor(batch: RecordBatch) {
		this.#batch = batch;
		this.#kept = [...batch.positions.keys()];
	}

	/** Keeps those that a condition holds for; those that it throws for are refused. */
	#keep(holds: (record: number) => boolean): void {
		this.#kept = this.#kept.filter((record) => {
			try {
				return holds(record);
			} catch (error) {
				if (!(error instanceof BadInput)) throw error;
				this.#refused.set(record, error);
				return false;
			}
		});
	}

	#leaveOut(reason: keyof typeof leftOutReasons, count: number): void {
		if (count > 0) addCounts(this.#leftOut, { [reason]: count });
	}

	#note(record: number, counts: Readonly<Record<string, number>>): void {
		for (const [name, count] of Object.entries(counts)) {
			this.#noted[name] ??= new Int32Array(this.#batch.positions.length);
			this.#noted[name][record] += count;
		}
	}

	keepWhere({ fields, holds }: Filter): void {
		const values = this.#batch.values.slice(0, fields.length);
		const before = this.#kept.length;
		this.#keep((record) => holds(values.map((column) => column[record])));
		this.#leaveOut("where", before - this.#kept.length - this.#refused.size);
	}

	requireTexts(field: FieldPath): void {
		const { notTexts, fieldNames } = this.#batch;
		if (notTexts.size === 0) return;
		this.#keep((record) => {
			if (!notTexts.has(record)) return true;
			const names = fieldNames(record);
			const advice = mayBeConversation(names)
				? `Read it as a conversation with ${optionName("loss", "assistant")}, name`
				: undefined;
			throw noText(notTexts.get(record), field, names, advice);
		});
	}

	requireId(field: FieldPath): void {
		const { ids } = this.#batch;
		this.#keep((record) => {
			if (typeof ids[record] === "string") return true;
			throw noId(field);
		});
	}

	/** @param first Which of the batch's values is the template's first. */
	render({ render }: Template, first: number): void {
		const values = this.#batch.values.slice(first);
		const texts = new TextBatchBuilder();
		this.#keep((record) => {
			texts.add(render(values.map((column) => column[record])));
			return true;
		});
		this.#texts = texts.view();
	}

	/** @param first Which of the batch's values is the first that the reader looks at. */
	readConversations(
		reader: ConversationReader,
		first: number,
		strata: StrataReader | null,
	): void {
		const values = this.#batch.values.slice(first);
		const texts = new TextBatchBuilder();
		const marks = new MarksBuilder();
		const lengths: number[] = [];
		this.#keep((record) => {
			let length = 0;
			const read = reader.readChanged(
				values.map((column) => column[record]),
				(examples) => {
					if (!strata?.isOfOutput) return examples;
					const output = strata.readOutput(examples);
					length = output.length;
					return strata.takes(length) ? output.examples : null;
				},
			);
			if (read !== null && strata?.isOfOutput === false)
				length = strata.lengthOf(new TextEncoder().encode(read.text));
			if (read === null || strata?.takes(length) === false) {
				this.#leaveOut("strata", 1);
				return false;
			}
			lengths.push(length);
			const { text, spans, turns, sides, said, ...counts } = read;
			const before = texts.length;
			texts.add(text);
			marks.add(text, texts.length - before, spans, turns, sides, said);
			this.#note(record, {
				answers: counts.answers,
				pairs: Number(sides.length > 0),
				withoutThinking: counts.withoutThinking,
				withoutField: reader.withoutField,
				withoutEnd: counts.withoutEnd,
			});
			return true;
		});
		this.#texts = texts.view();
		this.#marks = marks.view();
		if (strata !== null) this.#lengths = lengths;
	}

	/** Measures texts, leaves out those that are not wanted, and tags the others. */
	measureTexts(strata: StrataReader, areIds: boolean): void {
		const texts = this.#texts;
		const { bytes, offsets } = texts ?? this.#batch.texts;
		const tagged = new TextBatchBuilder();
		const lengths: number[] = [];
		/** Which of the texts are kept, where they are not those of the batch. */
		const kept: number[] = [];
		const before = this.#kept;
		this.#kept = before.filter((record, i) => {
			const text = texts === null ? record : i;
			const own = bytes.subarray(offsets[text], offsets[text + 1]);
			const length = strata.lengthOf(own, areIds);
			if (!strata.takes(length)) return false;
			lengths.push(length);
			kept.push(i);
			if (strata.hasTags)
				tagged.addBytes(Buffer.concat([strata.tagOf(length), own]));
			return true;
		});
		this.#leaveOut("strata", before.length - kept.length);
		this.#lengths = lengths;
		if (strata.hasTags) this.#texts = tagged.view();
		else if (texts !== null && kept.length < before.length) {
			this.#texts = selectTexts(texts, kept);
			this.#marks = this.#marks && selectMarks(this.#marks, kept);
		}
	}

	/** Refuses documents of token ids of which some are too large. */
	requireIds(vocabSize: number): void {
		const { bytes, offsets } = this.#batch.texts;
		this.#keep((record) => {
			requireIds(
				idsIn(bytes.subarray(offsets[record], offsets[record + 1])),
				vocabSize,
			);
			return true;
		});
	}

	/** @param first Which of the batch's values is the first that the reader looks at. */
	readTokenLists(reader: TokenListReader, first: number): void {
		const values = this.#batch.values.slice(first);
		const texts = new TextBatchBuilder();
		const trained = new IntListsBuilder();
		/** The record of each document. */
		const records: number[] = [];
		const weights: Float32Array[] = [];
		let isMasked = false;
		this.#keep((record) => {
			const list = reader.read(values.map((column) => column[record]));
			const { buffer, byteOffset } = list.ids;
			isMasked = list.trained !== null;
			for (let i = 0; i + 1 < list.borders.length; i++) {
				const start = ID_BYTES * list.borders[i];
				const end = ID_BYTES * list.borders[i + 1];
				texts.addBytes(new Uint8Array(buffer, byteOffset + start, end - start));
				const unit = list.weights === null ? ID_BYTES : 1;
				addWithin(list.trained ?? [], list.borders, i, unit, trained);
				if (list.weights !== null)
					weights.push(
						list.weights.subarray(list.borders[i], list.borders[i + 1]),
					);
				records.push(record);
			}
			return true;
		});
		this.#moreDocuments = records.length - this.#kept.length;
		this.#kept = records;
		this.#texts = texts.view();
		if (isMasked)
			this.#marks = {
				trained: trained.view(),
				...(weights.length > 0 && {
					trainedAreTokens: true,
					weights: floatLists(weights),
				}),
				turns: null,
				sides: null,
				said: null,
			};
	}

	/**
	 * Keeps what goes with the documents; to be called before texts are made.
	 * @param first Which of the batch's values is the first field's.
	 */
	takeFacts(fields: readonly CarriedField[], first: number): void {
		if (fields.length === 0) return;
		const { values, positions } = this.#batch;
		const columns = fields.map(() => new Int32Array(positions.length));
		this.#keep((record) => {
			fields.forEach((field, i) => {
				columns[i][record] = carriedValue(field, values[first + i]?.[record]);
			});
			return true;
		});
		this.#facts = Object.fromEntries(
			fields.map(({ name }, i) => [name, columns[i]]),
		);
	}

	/**
	 * Finds what of texts is to be trained on, and the units that they are cut between.
	 * @param first Which of the batch's values are the first that these look at.
	 */
	mark(
		{ units, loss }: { units: UnitReader | null; loss: LossReader | null },
		first: { units: number; loss: number },
		source: string,
	): void {
		const { ids, values } = this.#batch;
		const ofUnits = values.slice(first.units);
		const texts = this.#texts;
		const { bytes, offsets } = texts ?? this.#batch.texts;
		const turns = new IntListsBuilder();
		const trained = new IntListsBuilder();
		const weights: Float32Array[] = [];
		/** Which of the texts are kept, where they are not those of the batch. */
		const kept: number[] = [];
		const lengths = this.#lengths;
		const keptLengths: number[] = [];
		let next = 0;
		this.#keep((record) => {
			const place = next++;
			const text = texts === null ? record : place;
			const own = bytes.subarray(offsets[text], offsets[text + 1]);
			const marked = loss?.read(own, values[first.loss]?.[record]);
			const starts = units?.read(
				own,
				ofUnits.map((column) => column[record]),
				[typeof ids[record] === "string" ? String(ids[record]) : null, source],
				(name) => this.#note(record, { [name]: 1 }),
			);
			if (marked !== undefined) trained.values.append(marked.trained);
			if (marked?.weights) weights.push(marked.weights);
			if (starts !== undefined) turns.values.append(starts);
			trained.endList();
			turns.endList();
			kept.push(text);
			if (lengths !== null) keptLengths.push(lengths[place]);
			return true;
		});
		if (lengths !== null) this.#lengths = keptLengths;
		if (texts !== null && kept.length < next)
			this.#texts = selectTexts(texts, kept);
		this.#marks = {
			trained: loss && trained.view(),
			trainedAreTokens: loss !== null,
			...(weights.length > 0 && { weights: floatLists(weights) }),
			turns: units && turns.view(),
			sides: null,
			said: null,
			turnsAreTokens: units?.areTokens ?? false,
		};
	}

	/** Carries a value of each record along, as JSON. @param value Its place among the batch's. */
	carry(value: number): void {
		this.#carried = this.#batch.values[value].map(jsonOf);
	}

	/** @param hashes Whether they are wanted, also where there is no sample. */
	taken(sample: number | null, hashes: boolean): TakenRecords {
		const { texts, ids, positions, numbers, bad } = this.#batch;
		const isWhole = this.#kept.length === positions.length;
		let kept = this.#kept;
		let lengths = this.#lengths;
		let chosen = this.#texts ?? (isWhole ? texts : selectTexts(texts, kept));
		let marks = this.#marks;
		let all = hashes || sample !== null ? hashesOf(chosen) : null;
		if (sample !== null && all !== null) {
			const found = all;
			const inSample = [...kept.keys()].filter(
				(text) => fractionAt(found, text, SAMPLE_AT) < sample,
			);
			this.#leaveOut("sample", kept.length - inSample.length);
			if (inSample.length < kept.length) {
				chosen = selectTexts(chosen, inSample);
				marks = marks && selectMarks(marks, inSample);
				lengths =
					lengths && inSample.map((text) => (lengths as number[])[text]);
				kept = inSample.map((text) => kept[text]);
				all = hashes ? selectHashes(found, inSample) : null;
			}
		}
		const select = <T>(values: readonly T[]) =>
			kept.map((record) => values[record]);
		const refused = Array.from(this.#refused, ([record, error]) => ({
			position: positions[record],
			number: numbers[record],
			reason: error.reason,
			sentence: error.message,
		}));
		return {
			texts: chosen,
			marks,
			ids: select(ids).map((id) => (typeof id === "string" ? id : null)),
			hashes: hashes ? all : null,
			...(lengths && { measured: Int32Array.from(lengths) }),
			positions: select(positions),
			...(this.#facts && { facts: selectColumns(this.#facts, kept) }),
			numbers: select(numbers),
			...(this.#carried && { carried: select(this.#carried) }),
			refused:
				refused.length === 0
					? bad
					: [...bad, ...refused].sort((a, b) => a.number - b.number),
			leftOut: this.#leftOut,
			noted: selectColumns(this.#noted, kept),
			moreDocuments: this.#moreDocuments,
		};
	}
}
