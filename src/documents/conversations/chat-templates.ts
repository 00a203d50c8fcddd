import { DataError, optionName, UsageError } from "../../core/errors.js";
import { parseJson } from "../../core/json.js";
import { isObject } from "../../core/values.js";

/** The texts of the files that hold a model's chat templates, as far as there are any. */
export interface ChatTemplateFiles {
	/** The text of tokenizer_config.json. */
	configJson: string | null;
	/** The text of chat_template.jinja, which goes before what tokenizer_config.json has. */
	templateFile: string | null;
	/** The texts of additional_chat_templates/NAME.jinja, by name. */
	additional: Readonly<Record<string, string>>;
	/** What to call them in messages: the directory, or tokenizer.json. */
	name: string;
}

/** Names of special tokens that templates write, as transformers gives them. */
const SPECIAL_TOKENS = [
	"bos_token",
	"eos_token",
	"unk_token",
	"sep_token",
	"pad_token",
	"cls_token",
	"mask_token",
] as const;

/** What templates are, by name; `default` is the one for all conversations. */
export interface ChatTemplateSources {
	templates: Readonly<Record<string, string>>;
	specialTokens: Readonly<Record<string, string>>;
}

/** @throws DataError `not-a-tokenizer` */
export function readChatTemplates({
	configJson,
	templateFile,
	additional,
	name,
}: ChatTemplateFiles): ChatTemplateSources {
	const config = configJson === null ? {} : parse(configJson, name);
	return {
		templates: {
			...templatesOf(config.chat_template, name),
			...(templateFile === null ? {} : { default: templateFile }),
			...additional,
		},
		specialTokens: specialTokensOf(config),
	};
}

function parse(json: string, name: string): Record<string, unknown> {
	try {
		const config: unknown = parseJson(json);
		if (isObject(config)) return config;
	} catch {
		// Said below.
	}
	throw new DataError(
		"not-a-tokenizer",
		`the tokenizer_config.json of ${name} is no JSON object: get the file again.`,
	);
}

function templatesOf(given: unknown, name: string): Record<string, string> {
	if (given === undefined || given === null) return {};
	if (typeof given === "string") return { default: given };
	const list = Array.isArray(given) ? given : [];
	const named = list.filter(
		(each): each is { name: string; template: string } =>
			isObject(each) &&
			typeof each.name === "string" &&
			typeof each.template === "string",
	);
	if (named.length === 0 || named.length < list.length)
		throw new DataError(
			"not-a-tokenizer",
			`chat_template in the tokenizer_config.json of ${name} is neither a text nor a list of templates with names: get the file again.`,
		);
	return Object.fromEntries(
		named.map(({ name, template }) => [name, template]),
	);
}

function specialTokensOf(
	config: Record<string, unknown>,
): Record<string, string> {
	const tokens: Record<string, string> = Object.create(null);
	const add = (name: string, token: unknown) => {
		const content = isObject(token) ? token.content : token;
		if (typeof content === "string") tokens[name] = content;
	};
	for (const name of SPECIAL_TOKENS) add(name, config[name]);
	// Those of a model's own: "image_token" and the like.
	const { extra_special_tokens: extra } = config;
	if (isObject(extra))
		for (const [name, token] of Object.entries(extra)) add(name, token);
	return tokens;
}

/**
 * The template for a conversation, as transformers chooses it: the one asked for, or for
 * conversations with tools `tool_use` where it is, else `default`.
 * @throws UsageError `unknown-name`, `no-chat-template`
 */
export function chooseTemplate(
	{ templates }: ChatTemplateSources,
	asked: string | null,
	hasTools: boolean,
): string | null {
	const names = Object.keys(templates);
	if (asked !== null) {
		if (Object.hasOwn(templates, asked)) return templates[asked];
		throw new UsageError(
			"unknown-name",
			`there is no chat template ${JSON.stringify(asked)}; there are: ${names.join(", ") || "none"}.`,
		);
	}
	if (hasTools && Object.hasOwn(templates, "tool_use"))
		return templates.tool_use;
	if (Object.hasOwn(templates, "default")) return templates.default;
	if (names.length === 0) return null;
	throw new UsageError(
		"no-chat-template",
		`there is no chat template of the name default; there are: ${names.join(", ")}. Give one of them with ${optionName("chatTemplate")}.`,
	);
}
