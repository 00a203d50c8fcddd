import type { MessageValue } from "./chat-template.js";
import { toValue } from "./jinja/to-value.js";
import type { Value } from "./jinja/values.js";

/** Names of a message's thinking, of which templates read one or another. */
export const thinkingFields = [
	"reasoning_content",
	"thinking",
	"reasoning",
] as const;

/**
 * A message as transformers gives it to a template: without the fields that are null, and
 * with its thinking under both names that templates read.
 */
export function messageValue(
	message: Readonly<Record<string, unknown>>,
): MessageValue {
	const fields = new Map<Value, Value>();
	const thinking = thinkingFields
		.map((name) => message[name])
		.find((value) => value !== undefined && value !== null);
	// It goes first, as in transformers, which a template that writes a whole message shows.
	if (thinking !== undefined) fields.set("thinking", toValue(thinking));
	for (const name of Object.keys(message))
		if (message[name] !== null && message[name] !== undefined)
			fields.set(name, toValue(message[name]));
	if (thinking !== undefined)
		fields.set("reasoning_content", toValue(thinking));
	return fields;
}
