import { optionName, UsageError } from "../core/errors.js";
import type { Resolved } from "../core/option.js";
import { quoted } from "../core/text.js";
import type { LoadedTokenizerFiles } from "../storage/load-tokenizer.js";
import { readAll } from "../storage/storage.js";
import { nameAt, storageAt } from "../storage/storages.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { type Chat, specialTokensOf } from "./chat.js";
import { readChatTemplates } from "./conversations/chat-templates.js";
import type { chatTemplateTable, TokensOptions } from "./options.js";
import { specialTokens } from "./special-tokens.js";
import { usualWayWithSpecials } from "./specials-in-text.js";

/** Names of a model's files with templates, beside its tokenizer.json. */
const TEMPLATE = "chat_template.jinja";
const ADDITIONAL = "additional_chat_templates";

/**
 * What conversations are rendered with.
 * @throws UsageError `unknown-name`; DataError `not-a-tokenizer`
 */
export async function loadChat(
	files: LoadedTokenizerFiles,
	tokenizer: Tokenizer,
	options: Resolved<typeof chatTemplateTable> &
		Omit<TokensOptions, "tokenizer">,
): Promise<Chat> {
	const {
		chatTemplate,
		templateDate = null,
		templateValues = {},
		specialTokensInText = usualWayWithSpecials,
	} = options;
	const { name: file = "" } = files;
	const directory = file.replace(/[^/\\]*$/, "");
	const sources = readChatTemplates({
		configJson: files.configJson ?? null,
		templateFile: await textOf(`${directory}${TEMPLATE}`),
		additional: await additionalTemplates(`${directory}${ADDITIONAL}`),
		name: basename(file),
	});
	const { bos, eos } = specialTokens(options, tokenizer, true);
	const chat: Chat = {
		...sources,
		asked: chatTemplate ?? null,
		name: basename(file),
		special:
			tokenizer.specials === undefined
				? specialTokensOf(files.tokenizerJson ?? "{}")
				: [...tokenizer.specials.values()],
		date: templateDate,
		values: templateValues,
		...(specialTokensInText !== usualWayWithSpecials && {
			specialsInText: specialTokensInText,
		}),
		bos:
			bos === null ? null : (options.bosToken ?? tokenizer.bos?.token ?? null),
		eos:
			eos === null ? null : (options.eosToken ?? tokenizer.eos?.token ?? null),
	};
	if (chatTemplate === undefined || Object.hasOwn(chat.templates, chatTemplate))
		return chat;
	const text = await textOf(chatTemplate);
	if (text === null)
		throw new UsageError(
			"unknown-name",
			`${optionName("chatTemplate")} is ${quoted(chatTemplate)}, which is no file, and no chat template of the tokenizer; it has: ${Object.keys(chat.templates).join(", ") || "none"}.`,
		);
	return {
		...chat,
		templates: { default: text },
		asked: null,
		name: basename(chatTemplate),
	};
}

/** What a file is called, wherever it is. */
const basename = (path: string) =>
	(path.includes("://") ? nameAt(path) : path).replace(/^.*[/\\]/, "");

async function textOf(path: string): Promise<string | null> {
	const storage = storageAt(path);
	if ((await storage.stat(path))?.kind !== "file") return null;
	return (await readAll(storage, path)).toString("utf8");
}

async function additionalTemplates(
	directory: string,
): Promise<Record<string, string>> {
	const storage = storageAt(directory);
	if ((await storage.stat(directory))?.kind !== "directory") return {};
	const templates: Record<string, string> = Object.create(null);
	for (const name of (await storage.list(directory)).sort()) {
		if (!name.endsWith(".jinja")) continue;
		const text = await textOf(`${directory}/${name}`);
		if (text !== null) templates[name.slice(0, -".jinja".length)] = text;
	}
	return templates;
}
