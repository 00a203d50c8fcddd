/** A part of a content that is a list. */
export interface TextPart {
	type: "text";
	text: string;
}

/** A message that was checked. Fields that nobody knows are kept: a template may read them. */
export interface Message {
	role: Role;
	/** Left out where an answer only calls tools. */
	content?: string | readonly TextPart[];
	tool_calls?: readonly unknown[];
	[field: string]: unknown;
}

/** Who speaks in a message, each with what it means. */
export const roles = {
	system: "what the model is told beforehand",
	developer: "what the model is told beforehand by those who build on it",
	user: "what a person says",
	assistant: "what the model says",
	tool: "what a tool gives back",
	function: "what a function gives back",
	environment: "what a tool gives back, to templates of OLMo",
	ipython: "what a tool gives back, to templates of Llama",
} as const;
export type Role = keyof typeof roles;

/** A conversation that a chat template makes a text of. */
export interface Conversation {
	messages: readonly Message[];
	tools: readonly unknown[] | null;
	documents: readonly unknown[] | null;
	/** Variables for the template, of this record: `chat_template_kwargs`. */
	variables: Readonly<Record<string, unknown>>;
	/** How many messages are the prompt, where the record says so; null: roles tell. */
	promptMessages: number | null;
}

/** Texts that follow each other, of which no template makes anything. */
export interface PlainExample {
	texts: readonly PlainText[];
}

/** One of them: what the model says, or what it is given. */
export interface PlainText {
	text: string;
	isAnswer: boolean;
}

/** A text that the model is given, and what it says then. */
export function continuation(prompt: string, completion: string): PlainExample {
	return {
		texts: [
			{ text: prompt, isAnswer: false },
			{ text: completion, isAnswer: true },
		],
	};
}

/** What a record holds: a conversation, or texts. */
export type Example = Conversation | PlainExample;

export const isPlain = (example: Example): example is PlainExample =>
	"texts" in example;

/** The text of a content; empty where there is none. */
export function contentText({ content }: Message): string {
	if (content === undefined) return "";
	return typeof content === "string"
		? content
		: content.map(({ text }) => text).join("");
}
