import {
	entryOf,
	type Given,
	integer,
	repeated,
	required,
	text,
} from "../core/option.js";
import { progressOptions } from "../core/progress.js";
import { auditKinds } from "./kinds.js";

export const auditTable = {
	kind: required(
		entryOf(auditKinds, { help: "what tool the dataset was made for" }),
	),
	tokenizer: text({
		placeholder: "path",
		help: "the tokenizer of the dataset: a tokenizer.json, a directory that holds one, or a name",
		defaultText: "none: what needs it is not checked",
	}),
	eosId: integer({
		most: 2 ** 31 - 1,
		help: "the id that ends documents",
		defaultText: "the tokenizer's EOS",
	}),
	source: repeated({
		placeholder: "input",
		default: [],
		defaultText: "none: what needs it is not checked",
		help: "the corpus that the dataset was made of, tokenized again to compare; may be given several times",
	}),
	...progressOptions,
};

export type AuditOptions = Given<typeof auditTable>;
