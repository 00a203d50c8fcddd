import { DataError, optionName } from "../../core/errors.js";
import { shortened } from "../../core/text.js";
import { type CompiledTemplate, compileTemplate } from "./jinja/compile.js";
import type { Output } from "./jinja/scope.js";
import { toValue } from "./jinja/to-value.js";
import { Func, TemplateError, textOf, type Value } from "./jinja/values.js";
import { badConversation, orSkip } from "./reasons.js";
import { strftime } from "./strftime.js";

/** What a template is given beside messages. */
export interface TemplateSettings {
	/** Special tokens by what tokenizer_config.json calls them: bos_token, eos_token, ... */
	specialTokens: Readonly<Record<string, string>>;
	/** The day that the template writes, as in 2026-01-31; null: a template that asks for one is refused. */
	templateDate: string | null;
	/** Further variables, which go before special tokens of the same name. */
	variables: Readonly<Record<string, unknown>>;
}

/** A message as a template sees it. */
export type MessageValue = Map<Value, Value>;

/** What is rendered. */
export interface TemplateInput {
	messages: readonly MessageValue[];
	tools: Value;
	documents: Value;
	/** Further variables, of this conversation. */
	variables: readonly (readonly [string, Value])[];
}

class NoDate extends TemplateError {}

/** A model's chat template, ready to be rendered often. */
export class ChatTemplate {
	/** Whether it has `{% generation %}` and its end around what the model writes. */
	readonly marksGeneration: boolean;
	/** Texts that its expressions have in quotation marks. */
	readonly literals: ReadonlySet<string>;
	readonly #source: string;
	readonly #template: CompiledTemplate;
	readonly #variables: [string, Value][];
	#takesParts: boolean | null = null;

	/**
	 * @param name What to call it in messages: the file that it is of.
	 * @throws DataError `bad-chat-template`
	 */
	constructor(source: string, name: string, settings: TemplateSettings) {
		const { specialTokens, templateDate, variables } = settings;
		try {
			this.#template = compileTemplate(source);
		} catch (error) {
			if (!(error instanceof TemplateError)) throw error;
			throw new DataError(
				"bad-chat-template",
				`the chat template of ${name} cannot be used: ${shortened(error.message)}. Give another one with ${optionName("chatTemplate")}.`,
			);
		}
		this.marksGeneration = this.#template.marksGeneration;
		this.literals = this.#template.literals;
		this.#source = source;
		const now = new Func((args) => {
			if (templateDate === null) throw new NoDate("no date");
			return strftime(templateDate, textOf(args[0] ?? ""));
		});
		this.#variables = [
			["strftime_now", now],
			...Object.entries({ ...specialTokens, ...variables }).map(
				([name, value]): [string, Value] => [name, toValue(value)],
			),
		];
	}

	/**
	 * The text of a conversation, as transformers' `apply_chat_template` renders it.
	 * @param withPrompt Whether what an answer begins with follows: `add_generation_prompt`.
	 * @throws BadInput `template-failed`, `template-date`
	 */
	render(input: TemplateInput, withPrompt: boolean): Output {
		try {
			return this.#render(input, withPrompt);
		} catch (error) {
			if (error instanceof NoDate)
				throw badConversation(
					"template-date",
					`the chat template writes the day it is, and what is built must not depend on that: give one with ${optionName("templateDate")}, as in 2026-01-31`,
				);
			const message =
				error instanceof TemplateError
					? error.message
					: error instanceof RangeError
						? "it goes too deep or makes too long a text"
						: null;
			if (message === null) throw error;
			throw badConversation(
				"template-failed",
				`the chat template refuses it: ${shortened(message)}. Fix the record or the template, ${orSkip()}`,
			);
		}
	}

	#render(input: TemplateInput, withPrompt: boolean): Output {
		const { messages, tools, documents, variables } = input;
		return this.#template.render(
			[
				["messages", [...messages]],
				["tools", tools],
				["documents", documents],
				["add_generation_prompt", withPrompt],
				...this.#variables,
				...variables,
			],
			new Map(messages.map((message, i) => [message, i])),
			sizeOf([...messages]) + sizeOf(tools) + sizeOf(documents),
		);
	}

	/** Whether a name stands anywhere in it. */
	mentions(name: string): boolean {
		return this.#source.includes(name);
	}

	/** Whether it takes contents that are lists of parts; else it is given their text. */
	get takesParts(): boolean {
		this.#takesParts ??= this.#findTakesParts();
		return this.#takesParts;
	}

	#findTakesParts(): boolean {
		const probe = "seqpackprobe";
		const part = new Map<Value, Value>([
			["type", "text"],
			["text", probe],
		]);
		try {
			const { text } = this.#render(
				{
					messages: [
						new Map<Value, Value>([
							["role", "user"],
							["content", [part]],
						]),
					],
					tools: null,
					documents: null,
					variables: [],
				},
				false,
			);
			return text.includes(probe) && !/['"]type['"]/.test(text);
		} catch (error) {
			if (error instanceof NoDate) return true;
			if (error instanceof TemplateError || error instanceof RangeError)
				return false;
			throw error;
		}
	}
}

/** Characters of the texts in a value. */
function sizeOf(value: Value): number {
	if (typeof value === "string") return value.length;
	let size = 0;
	if (Array.isArray(value)) for (const each of value) size += sizeOf(each);
	else if (value instanceof Map)
		for (const each of value.values()) size += sizeOf(each);
	return size;
}
