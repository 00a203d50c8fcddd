import { flag, type Resolved, required, text } from "../../core/option.js";

/** A part of what a recipe writes. */
export const partOptions = {
	text: required(
		text({
			placeholder: "template",
			help: "the text, with fields in braces; {text} is the record's",
		}),
	),
	role: text({
		placeholder: "role",
		help: "who says it: then conversations are made",
		defaultText: "nobody: texts are made",
	}),
	loss: flag({
		help: "whether it is trained on",
		defaultText: "true, but for what others than the assistant say",
	}),
};

export type Part = Resolved<typeof partOptions>;
