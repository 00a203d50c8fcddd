import { optionName } from "../core/errors.js";
import { overlaps } from "../core/int-lists.js";
import { parseJson } from "../core/json.js";
import { anyOf, quoted } from "../core/text.js";
import { isObject } from "../core/values.js";
import { mayLoseNumbers, parseRecordJson } from "../sources/json/values.js";
import {
	type FieldPath,
	JsonText,
	valueAt,
} from "../sources/records/fields.js";
import { EndTokens } from "./conversations/answers.js";
import { ChatTemplate } from "./conversations/chat-template.js";
import {
	type ChatTemplateSources,
	chooseTemplate,
} from "./conversations/chat-templates.js";
import type { Conversation, Example } from "./conversations/conversation.js";
import { isPlain } from "./conversations/conversation.js";
import {
	conversationFields,
	conversationFormats,
	type RecordFields,
	readConversations,
} from "./conversations/conversation-formats.js";
import { parsePythonJson } from "./conversations/jinja/parse-json.js";
import { lossChoice, lossChoices, usualLoss } from "./conversations/loss.js";
import { badConversation, orSkip } from "./conversations/reasons.js";
import {
	type RenderedConversation,
	renderExample,
} from "./conversations/render-conversation.js";
import { SaidFinder } from "./conversations/said.js";
import {
	splittingWay,
	usualWayWithSpecials,
	type WayWithSpecials,
	type WayWithSpecialsName,
	waysWithSpecials,
} from "./specials-in-text.js";
import type { ConversationSettings } from "./take-settings.js";

/** What conversations are rendered with, as plain data: the same for all sources of a build. */
export interface Chat extends ChatTemplateSources {
	/** The name of the template to use; null: the one for the conversation. */
	asked: string | null;
	/** What the files are called in messages. */
	name: string;
	/** The tokenizer's special tokens. */
	special: readonly string[];
	/** The day that templates write; null: those that want one are refused. */
	date: string | null;
	/** Further variables for templates. */
	values: Readonly<Record<string, unknown>>;
	/** What is put around texts that no template makes anything of; null: nothing. */
	bos: string | null;
	eos: string | null;
	/** What special tokens are that stand in what a record says; left out: tokens. */
	specialsInText?: WayWithSpecialsName;
}

/** A record as a text. */
export interface ConversationText
	extends Omit<RenderedConversation, "messageEnds" | "said"> {
	/** Pairs of a beginning and an end: what the record says, where a special token could be made of it. */
	said: Int32Array;
	/** Where its sides but the first begin, where it is a pair of a chosen and a rejected answer. */
	sides: Int32Array;
}

/** Makes texts of records that are conversations. */
export class ConversationReader {
	/** The fields that it looks at. */
	readonly fields: readonly FieldPath[] = conversationFields.map((name) => [
		name,
	]);
	readonly #settings: ConversationSettings;
	readonly #chat: Chat;
	readonly #endTokens: EndTokens;
	/** Answers of the record that was read last without the field that says what to train on. */
	withoutField = 0;
	/** Finds special tokens in what a record says; null: there are none. */
	readonly #specials: RegExp | null;
	readonly #said: SaidFinder | null;
	readonly #way: WayWithSpecials;
	/** Templates by their texts. */
	readonly #templates = new Map<string, ChatTemplate>();

	constructor(settings: ConversationSettings, chat: Chat) {
		this.#settings = settings;
		this.#chat = chat;
		const specials = chat.special.filter((token) => token !== "");
		const hasSpecials = specials.length > 0;
		this.#specials = hasSpecials ? new RegExp(anyOf(specials), "u") : null;
		this.#said = hasSpecials ? new SaidFinder(specials) : null;
		this.#way = waysWithSpecials[chat.specialsInText ?? usualWayWithSpecials];
		const eos = chat.specialTokens.eos_token ?? chat.eos;
		this.#endTokens = new EndTokens(eos, chat.special);
	}

	/**
	 * The text of a record, and what of it to train on.
	 * @param values What the fields hold.
	 * @throws BadInput with one of `conversationReasons`
	 */
	read(values: readonly unknown[]): ConversationText {
		return this.readChanged(values, (examples) => examples) as ConversationText;
	}

	/**
	 * The same of what something makes of the record.
	 * @param change Null: the record is not wanted.
	 */
	readChanged(
		values: readonly unknown[],
		change: (examples: readonly Example[]) => readonly Example[] | null,
	): ConversationText | null {
		try {
			return this.#readChanged(values, change);
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
			throw badConversation(
				"bad-message",
				`its values lie too deep in each other. Fix the record, ${orSkip()}`,
			);
		}
	}

	#readChanged(
		values: readonly unknown[],
		change: (examples: readonly Example[]) => readonly Example[] | null,
	): ConversationText | null {
		const record: Record<string, unknown> = {};
		for (const [i, name] of conversationFields.entries())
			if (values[i] !== undefined) record[name] = parsed(values[i]);
		const special = this.#specials && foundIn(record, this.#specials);
		if (special !== null && this.#way.refuses) throw saidSpecial(special);
		const { format } = this.#settings;
		const known = conversationFormats.has(format)
			? conversationFormats.find(format)
			: null;
		const examples = change(readConversations(record as RecordFields, known));
		if (examples === null) return null;
		const loss =
			this.#settings.loss ?? usualLoss[examples.length > 1 ? "pair" : "one"];
		this.withoutField = 0;
		const sides = examples.map((example) => this.#render(example, loss));
		for (const { said, text } of sides)
			if (this.#way.splits && special !== null && !said.isAll)
				throw badConversation(
					"special-token",
					`the special token ${quoted(special)} stands in what it says, and the chat template looks for it there, so that it cannot be told from those of the template. Fix the record, ${orSkip()}`,
				);
			else if (this.#way.refuses) this.#refuseWithin(text, said.spans);
		return sides.length === 1
			? { ...sides[0], said: sides[0].said.spans, sides: NO_SIDES }
			: joined(sides);
	}

	/** @throws BadInput `special-token` where one has a part of what is said */
	#refuseWithin(text: string, said: Int32Array): void {
		if (said.length === 0 || this.#specials === null) return;
		for (const { 0: special, index } of text.matchAll(
			new RegExp(this.#specials, "gu"),
		))
			if (overlaps(said, index, index + special.length))
				throw saidSpecial(special);
	}

	#render(example: Example, loss: string): RenderedConversation {
		if (!lossChoices.has(loss) && !isPlain(example))
			this.withoutField += example.messages.filter(
				(message) =>
					message.role === "assistant" && message[loss] === undefined,
			).length;
		const rendered = renderExample(example, {
			template: isPlain(example) ? null : this.#template(example),
			loss: lossChoice(loss),
			endTokens: this.#endTokens,
			said: this.#said,
		});
		return isPlain(example) ? this.#surrounded(rendered) : rendered;
	}

	#template({ tools }: Conversation): ChatTemplate | null {
		const { asked, name, specialTokens, date, values } = this.#chat;
		const text = chooseTemplate(this.#chat, asked, tools !== null);
		if (text === null) return null;
		const known = this.#templates.get(text);
		if (known !== undefined) return known;
		const template = new ChatTemplate(text, name, {
			specialTokens,
			templateDate: date,
			variables: values,
		});
		this.#templates.set(text, template);
		return template;
	}

	/** With BOS and EOS, of which the latter is trained on where what it ends is. */
	#surrounded(rendered: RenderedConversation): RenderedConversation {
		const { bos, eos } = this.#chat;
		const { text, said } = rendered;
		const isThere = !this.#way.splits;
		const before = bos === null || (isThere && text.startsWith(bos)) ? "" : bos;
		const after = eos === null || (isThere && text.endsWith(eos)) ? "" : eos;
		const shifted = (places: Int32Array) =>
			places.map((place) => place + before.length);
		const spans = shifted(rendered.spans);
		const last = spans.length - 1;
		if (spans[last] === before.length + text.length)
			spans[last] += after.length;
		return {
			...rendered,
			text: before + text + after,
			spans,
			turns: shifted(rendered.turns),
			messageEnds: shifted(rendered.messageEnds),
			said: { ...said, spans: shifted(said.spans) },
		};
	}
}

const saidSpecial = (special: string) =>
	badConversation(
		"special-token",
		`the special token ${quoted(special)} stands in what it says. Fix the record, give ${optionName("specialTokensInText", splittingWay)} to take it for plain text, ${orSkip()}`,
	);

/** The first match in the texts within a value; null where there is none. */
function foundIn(value: unknown, sought: RegExp): string | null {
	if (typeof value === "string") return sought.exec(value)?.[0] ?? null;
	if (typeof value !== "object" || value === null) return null;
	const parts = value instanceof Map ? value.entries() : Object.entries(value);
	for (const entry of parts)
		for (const part of entry) {
			const found = foundIn(part, sought);
			if (found !== null) return found;
		}
	return null;
}

const NO_SIDES = new Int32Array(0);

/** Texts as the sides of one, which is cut nowhere. */
function joined(sides: readonly RenderedConversation[]): ConversationText {
	const sum = (count: "answers" | "withoutThinking" | "withoutEnd") =>
		sides.reduce((total, side) => total + side[count], 0);
	let text = "";
	const spans: number[] = [];
	const borders: number[] = [];
	const said: number[] = [];
	for (const side of sides) {
		const start = text.length;
		if (start > 0) borders.push(start);
		for (const place of side.spans) spans.push(start + place);
		for (const place of side.said.spans) said.push(start + place);
		// So that no two halves of a character meet.
		text += side.text.toWellFormed();
	}
	return {
		text,
		spans: Int32Array.from(spans),
		turns: new Int32Array(0),
		sides: Int32Array.from(borders),
		said: Int32Array.from(said),
		answers: sum("answers"),
		withoutThinking: sum("withoutThinking"),
		withoutEnd: sum("withoutEnd"),
	};
}

/** A value as Python has it. */
function parsed(value: unknown): unknown {
	if (!(value instanceof JsonText)) return value;
	const { text, path } = value;
	const isPythons = mayLoseNumbers(text) && !/NaN|Infinity/.test(text);
	return valueAt(
		isPythons ? parsePythonJson(text) : parseRecordJson(text),
		path,
	);
}

/** The text of each special token that a tokenizer.json names. */
export function specialTokensOf(tokenizerJson: string): string[] {
	const { added_tokens: added = [] } = parseJson(tokenizerJson);
	return (added as unknown[])
		.filter(isObject)
		.filter(({ special }) => special === true)
		.map(({ content }) => String(content));
}
