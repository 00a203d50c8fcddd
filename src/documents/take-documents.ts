import {
	parseFieldPath,
	type WantedFields,
} from "../sources/records/fields.js";
import type { RecordTaker } from "../sources/records/taker.js";
import { LossReader } from "./carried/loss-reader.js";
import { type Chat, ConversationReader } from "./chat.js";
import { DocumentsOfBatch } from "./documents-of-batch.js";
import { parseFilter } from "./filter.js";
import { StrataReader } from "./strata/strata-reader.js";
import type { StrataSettings } from "./strata/strata-settings.js";
import type { TakeSettings } from "./take-settings.js";
import { parseTemplate } from "./template.js";
import { TokenListReader } from "./token-lists/token-list-reader.js";
import { type UnitContext, unitReader } from "./units/unit-reader.js";

/** What documents are taken for, beside their settings. */
export interface TakeContext extends UnitContext {
	/** Whether hashes are wanted for more than the sample. */
	hashes?: boolean;
	/** What conversations are rendered with; null: there are none. */
	chat?: Chat | null;
	/** One more than the largest id of a token, for documents that are ids; left out: any. */
	vocabSize?: number;
	/** Whether what says which tokens to train on holds their weights. */
	areWeights?: boolean;
	/** How they are told apart by their lengths; left out: they are not measured. */
	strata?: StrataSettings | undefined;
}

/** @throws UsageError `bad-option` */
export function documentTaker(
	settings: TakeSettings,
	{
		hashes = false,
		chat = null,
		vocabSize,
		areWeights = false,
		strata: ofStrata,
		...ofUnits
	}: TakeContext = {},
): RecordTaker {
	const { textField, idField, where, sample, conversations } = settings;
	const reader =
		conversations === null || chat === null
			? null
			: new ConversationReader(conversations, chat);
	const lists =
		settings.tokens === null
			? null
			: new TokenListReader(settings.tokens, vocabSize, areWeights);
	const units =
		settings.segment === undefined
			? null
			: unitReader(settings.segment, ofUnits);
	const strata =
		ofStrata === undefined
			? null
			: new StrataReader(ofStrata, ofUnits.tokenizer);
	const loss =
		settings.lossFrom === undefined
			? null
			: new LossReader(settings.lossFrom, areWeights, ofUnits.tokenizer);
	const { carry = [] } = settings;
	const template =
		settings.text === null ? null : parseTemplate(settings.text, "text");
	const filter = where === null ? null : parseFilter(where, "where");
	const path = (given: string | null, option: string) =>
		given === null ? null : parseFieldPath(given, option);
	/** Wanted of all records alike, before what their documents are made of. */
	const first = [
		...(filter?.fields ?? []),
		...carry.map(({ field }) => field),
		...(loss === null ? [] : [loss.field]),
	];
	const textPath = path(textField, "textField");
	const idPath = path(idField, "idField");
	const partsPath = path(settings.parts ?? null, "partsField");
	return {
		wanted({ fields, content }): WantedFields {
			const { fixed } = fields;
			const readsLists = lists !== null && content === undefined;
			return {
				text:
					template === null && reader === null && !readsLists
						? ((fixed ? null : textPath) ?? [fields.text])
						: null,
				id: (fixed ? null : idPath) ?? [fields.id],
				...(reader !== null && { jsonFrom: first.length }),
				values: [
					...first,
					...(template?.fields ??
						reader?.fields ??
						(readsLists ? lists.fields : [])),
					...(partsPath === null ? [] : [partsPath]),
					...(units?.fields ?? []),
				],
			};
		},
		take(batch, format, source) {
			const choice = new DocumentsOfBatch(batch);
			const wanted = this.wanted(format);
			if (filter !== null) choice.keepWhere(filter);
			if (wanted.text !== null) choice.requireTexts(wanted.text);
			if (idPath !== null && !format.fields.fixed) choice.requireId(idPath);
			choice.takeFacts(carry, filter?.fields.length ?? 0);
			if (template !== null) choice.render(template, first.length);
			if (reader !== null)
				choice.readConversations(reader, first.length, strata);
			if (format.content !== undefined) {
				if (vocabSize !== undefined) choice.requireIds(vocabSize);
			} else if (lists !== null) choice.readTokenLists(lists, first.length);
			const areIds = format.content !== undefined || lists !== null;
			if (strata !== null && reader === null)
				choice.measureTexts(strata, areIds);
			if (partsPath !== null)
				choice.carry(wanted.values.length - (units?.fields.length ?? 0) - 1);
			if (units !== null || loss !== null)
				choice.mark(
					{ units, loss },
					{
						units: wanted.values.length - (units?.fields.length ?? 0),
						loss: first.length - 1,
					},
					source,
				);
			return choice.taken(sample, hashes);
		},
	};
}
