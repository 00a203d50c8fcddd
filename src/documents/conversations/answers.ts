import type { ChatTemplate, TemplateInput } from "./chat-template.js";
import { contentText, type Message } from "./conversation.js";
import { toJson } from "./jinja/json.js";
import type { Output } from "./jinja/scope.js";
import type { Value } from "./jinja/values.js";
import type { Answer } from "./loss.js";
import { thinkingFields } from "./message-values.js";
import { badConversation, orSkip } from "./reasons.js";

/** A word that no record holds. */
export const PROBE = "seqpackprobe";

/** A stretch of a text. */
export interface Stretch {
	start: number;
	end: number;
}

/** Where in a text the messages are that its template went over one by one; null: not told. */
export function regionsOf(
	{ regions }: Output,
	messages: number,
): (Stretch | null)[] {
	const found = new Array<Stretch | null>(messages).fill(null);
	const apart = new Set<number>();
	for (let i = 0; i < regions.length; i += 3) {
		const [message, start, end] = regions.slice(i, i + 3);
		const before = found[message];
		if (before !== null && before.end !== start) apart.add(message);
		found[message] = { start: before?.start ?? start, end };
	}
	// Of a message that is written at two places nothing is told.
	for (const message of apart) found[message] = null;
	return found;
}

/** The tokens that may end a turn. */
export class EndTokens {
	readonly eos: string | null;
	readonly #byLast = new Map<string, string[]>();
	readonly #byLook: boolean;

	/** @param special The special tokens of the tokenizer; null: what looks like one is one. */
	constructor(eos: string | null, special: readonly string[] | null) {
		this.eos = eos;
		for (const token of [...(special ?? []), ...(eos === null ? [] : [eos])]) {
			const last = token.slice(-1);
			this.#byLast.set(last, [...(this.#byLast.get(last) ?? []), token]);
		}
		this.#byLook = special === null;
	}
	/** Whether a text ends with one. */
	end(text: string): boolean {
		const tokens = this.#byLast.get(text.slice(-1));
		if (tokens?.some((token) => text.endsWith(token))) return true;
		return (
			this.#byLook &&
			/(<[|\uff5c][^<>]+[|\uff5c]>|<end_of_turn>|<\/s>|<turn\|>)$/.test(
				text.slice(-60),
			)
		);
	}
}

/** What was found of a conversation's answers. */
export interface FoundAnswers {
	answers: Answer[];
	/** What the template writes before each answer, and the model does not; by answer. */
	headers: Stretch[];
	/** Answers after which the template writes no token that ends a turn. */
	withoutEnd: number;
}

/**
 * Finds what the model itself writes at inference: what follows the generation prompt, up to
 * the token that ends the turn. The template is asked what it writes before an answer,
 * by rendering the messages before it with `add_generation_prompt`.
 * @throws BadInput `no-answer-found`
 */
export function findAnswers(
	template: ChatTemplate,
	input: TemplateInput,
	messages: readonly Message[],
	{ text }: Output,
	regions: readonly (Stretch | null)[],
	endTokens: EndTokens,
): FoundAnswers {
	const found: FoundAnswers = { answers: [], headers: [], withoutEnd: 0 };
	/** What is written before an answer, by what the message before it is. */
	const prompts = new Map<string, string>();
	let done = 0;
	for (const [i, message] of messages.entries()) {
		if (message.role !== "assistant") continue;
		const stretch = regions[i] ?? byPrefixes(i);
		const header = Math.max(endBefore(i, stretch), done);
		let start = i === 0 ? pastFirstPrompt(stretch) : pastPrompt(i, header);
		if (start < stretch.start) start = stretch.start;
		start += suppliedThinking(message, text.slice(start, stretch.end));
		const end =
			holdsNext(i) && regions[i] !== null
				? endByPrefix(i, stretch, start)
				: endOfTurn(Math.max(start, stretch.end), start);
		found.answers.push({ message: i, start, end });
		found.headers.push({ start: header, end: start });
		done = end;
	}
	return found;

	/** Where what is written before message i begins: at the end of the one before. */
	function endBefore(i: number, stretch: Stretch): number {
		for (let before = i - 1; before >= 0; before--) {
			const end = regions[before]?.end;
			if (end !== undefined) return Math.min(end, stretch.start);
		}
		return stretch.start;
	}

	function pastPrompt(i: number, header: number): number {
		const before = messages[i - 1];
		const kind = `${before.role} ${before.tool_calls === undefined}`;
		const known = prompts.get(kind);
		if (known !== undefined && text.startsWith(known, header))
			return header + known.length;
		const prompt = promptBefore(i, header);
		if (text.startsWith(prompt, header)) {
			prompts.set(kind, prompt);
			return header + prompt.length;
		}
		const shared = sharedPieces(prompt, text, header);
		if (shared === 0) throw noAnswer(i);
		return header + shared;
	}

	/** What the template writes after the messages before message i, for the model to go on. */
	function promptBefore(i: number, header: number): string {
		const before = render(i, true);
		const its = regionsOf(before, i);
		for (let k = i - 1; k >= 0; k--) {
			const region = its[k];
			if (region === null) continue;
			const written = before.text.slice(region.start, region.end);
			const length = lengthWithoutPrompt(
				written,
				sliceOf(text, regions[k]),
				() => {
					const without = render(i, false);
					return sliceOf(without.text, regionsOf(without, i)[k]);
				},
			);
			return before.text.slice(region.start + length);
		}
		if (text.startsWith(before.text))
			return before.text.slice(Math.min(header, before.text.length));
		throw noAnswer(i);
	}

	/** A conversation that begins with an answer has before it what it would have after a question. */
	function pastFirstPrompt({ start, end }: Stretch): number {
		const question = new Map<Value, Value>([
			["role", "user"],
			["content", PROBE],
		]);
		const asked = template.render({ ...input, messages: [question] }, true);
		const region = regionsOf(asked, 1)[0];
		if (region === null) throw noAnswer(0);
		const written = asked.text.slice(region.start, region.end);
		const length = lengthWithoutPrompt(written, null, () => {
			const without = template.render(
				{ ...input, messages: [question] },
				false,
			);
			return sliceOf(without.text, regionsOf(without, 1)[0]);
		});
		const pieces = piecesOf(asked.text.slice(region.start + length));
		if (pieces.length === 0) return start;
		for (let count = pieces.length; count > 0; count--) {
			const prompt = pieces.slice(0, count).join("");
			const at = text.indexOf(prompt, start);
			// What stands before it is what a text begins with, and nothing that the record holds.
			if (at !== -1 && at - start < 100 && at + prompt.length <= end)
				return at + prompt.length;
		}
		throw noAnswer(0);
	}

	/** Whether the message after message i is in the stretch of i: some templates write what tools give there. */
	function holdsNext(i: number): boolean {
		const next = messages[i + 1];
		return (
			next !== undefined &&
			next.role !== "assistant" &&
			regions[i + 1] === null &&
			contentText(next) !== ""
		);
	}

	/** The end of an answer, as it is where no message follows. */
	function endByPrefix(i: number, stretch: Stretch, start: number): number {
		const until = render(i + 1, false);
		const its = regionsOf(until, i + 1)[i];
		if (its === null) throw noAnswer(i);
		const answer = until.text
			.slice(its.start + start - stretch.start, its.end)
			.trimEnd();
		if (!text.startsWith(answer, start)) throw noAnswer(i);
		return start + answer.length;
	}

	function render(count: number, withPrompt: boolean): Output {
		return template.render(
			{ ...input, messages: input.messages.slice(0, count) },
			withPrompt,
		);
	}

	/** For templates that go over messages in another way than by a loop. */
	function byPrefixes(i: number): Stretch {
		const before = i === 0 ? "" : render(i, true).text;
		const until = render(i + 1, false).text.trimEnd();
		if (!text.startsWith(before) || !text.startsWith(until)) throw noAnswer(i);
		if (until.length < before.length) throw noAnswer(i);
		return { start: before.length, end: until.length };
	}

	function endOfTurn(end: number, start: number): number {
		const written = text.slice(start, end).trimEnd();
		if (endTokens.end(written)) return start + written.length;
		const { eos } = endTokens;
		if (eos !== null && text.startsWith(eos, end)) return end + eos.length;
		found.withoutEnd++;
		return start + written.length;
	}
}

/**
 * How much of what a template writes of a message is not the prompt for an answer: some
 * write the prompt in their loop, with the last message.
 * @param written What it writes of the message with a prompt.
 * @param inWhole What it writes of it in the whole conversation; null where that is not told.
 * @param alone What it writes of it where it is the last, without a prompt.
 */
function lengthWithoutPrompt(
	written: string,
	inWhole: string | null,
	alone: () => string | null,
): number {
	for (const without of [() => inWhole, alone]) {
		const its = without();
		if (its !== null && written.startsWith(its)) return its.length;
	}
	return written.length;
}

const sliceOf = (text: string, stretch: Stretch | null | undefined) =>
	stretch ? text.slice(stretch.start, stretch.end) : null;

/**
 * How much of a prompt stands at a place: as many of its tags, lines and words as do. The
 * prompt of a model that thinks goes on with <think>, which earlier answers lack.
 */
function sharedPieces(prompt: string, text: string, at: number): number {
	let shared = 0;
	for (const piece of piecesOf(prompt)) {
		if (!text.startsWith(piece, at + shared)) break;
		shared += piece.length;
	}
	return shared;
}

const piecesOf = (prompt: string) =>
	prompt.match(/<[^<>\s]*>|\s+|[^\s<]+|</g) ?? [];

/** The length of an empty <think></think> that the template wrote, and not the record. */
function suppliedThinking(message: Message, answer: string): number {
	const supplied = /^\s*<think>\s*<\/think>\s*/.exec(answer);
	if (supplied === null) return 0;
	const content = contentText(message);
	if (content.includes("<think>") || content.includes("</think>")) return 0;
	return thinkingFields.some(
		(name) =>
			message[name] !== undefined &&
			message[name] !== null &&
			message[name] !== "",
	)
		? 0
		: supplied[0].length;
}

function noAnswer(message: number): Error {
	return badConversation(
		"no-answer-found",
		`the chat template writes message ${message + 1} where the beginning of the answer cannot be told: its prompt for an answer is not what stands before it. Give a template with {% generation %} around answers, ${orSkip()}`,
	);
}

/** What a message must leave in the text; the JSON of it will do. */
export function leavesOut(
	message: Message,
	text: string,
	region: Stretch | null,
): boolean {
	const content = strippedThinking(message).trim();
	if (content === "") return false;
	const { start, end } = region ?? { start: 0, end: text.length };
	const at = text.indexOf(content, start);
	if (at !== -1 && at + content.length <= end) return false;
	const json = toJson(content).slice(1, -1);
	const jsonAt = text.indexOf(json, start);
	return jsonAt === -1 || jsonAt + json.length > end;
}

/** The content of an answer after its thinking, which templates may leave out. */
export function strippedThinking(message: Message): string {
	const content = contentText(message);
	if (message.role !== "assistant") return content;
	const end = content.lastIndexOf("</think>");
	return end === -1 ? content : content.slice(end + "</think>".length);
}

/** The thinking of an answer, wherever the record has it. */
export function thinkingOf(message: Message): string {
	for (const name of thinkingFields) {
		const value = message[name];
		if (typeof value === "string" && value.trim() !== "") return value.trim();
	}
	const content = contentText(message);
	const end = content.indexOf("</think>");
	if (end === -1) return "";
	return content
		.slice(0, end)
		.replace(/^\s*<think>/, "")
		.trim();
}
