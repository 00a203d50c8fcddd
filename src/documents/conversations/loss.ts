import { registry } from "../../core/registry.js";
import type { Message } from "./conversation.js";
import { Float } from "./jinja/values.js";

/** An answer of the model in a text. */
export interface Answer {
	/** The number of its message, from 0. */
	message: number;
	/** UTF-16 offsets into the text. */
	start: number;
	end: number;
}

/** What a choice of what to train on is told. */
export interface LossContext {
	messages: readonly Message[];
	/** How many messages are the prompt. */
	promptMessages: number;
	answers: readonly Answer[];
}

/** A choice of what to train on. */
export interface LossChoice {
	readonly meaning: string;
	/** The answers to train on; null: everything. */
	choose(context: LossContext): readonly Answer[] | null;
}

/** What to train on. The name of a field is a choice, too: see `lossChoice`. */
export const lossChoices = registry<string, LossChoice>("loss", {
	all: { meaning: "everything", choose: () => null },
	assistant: {
		meaning: "all that the model says, and calls of tools",
		choose: ({ answers }) => answers,
	},
	"last-assistant": {
		meaning: "the last message of the model",
		choose: ({ answers }) => answers.slice(-1),
	},
	completion: {
		meaning:
			"what the model says after the prompt, which is what the record calls so, or all up to the last message of a user",
		choose: ({ answers, promptMessages }) =>
			answers.filter(({ message }) => message >= promptMessages),
	},
});

/** What is trained on where nothing else is said: of a pair, what it compares. */
export const usualLoss = { one: "assistant", pair: "completion" } as const;

/**
 * A choice by its name; any other name is that of a field of messages, and then answers are
 * not trained on where it is false, 0 or null.
 */
export function lossChoice(name: string): LossChoice {
	if (lossChoices.has(name)) return lossChoices.find(name);
	return {
		meaning: `the model's messages whose field ${name} is true or left out`,
		choose: ({ messages, answers }) =>
			answers.filter(({ message }) => {
				const value = messages[message][name];
				if (value instanceof Float) return value.value !== 0;
				return value === undefined || Boolean(value);
			}),
	};
}
