import { parseJson } from "../core/json.js";
import type { TokenizerFiles } from "./from-json.js";
import {
	lackingTokens,
	type NamedTokens,
	readFilesBeside,
	readNamedTokens,
	withNamedTokens,
} from "./named-tokens.js";
import {
	type AddedTokenJson,
	notATokenizer,
	parseTokenizerJson,
	wrongFlag,
} from "./tokenizer-json.js";

/**
 * The texts of a tokenizer.json and a configuration that say all that files beside them do: the first
 * has the tokens that those name, the second what special_tokens_map.json says.
 * @throws DataError `not-a-tokenizer`, `bad-tokenizer-config`
 */
export function completedFiles(
	files: TokenizerFiles,
): Required<Pick<TokenizerFiles, "tokenizerJson" | "configJson">> {
	const beside = readFilesBeside(files);
	const { specialTokensMapJson = null, name = "tokenizer.json" } = files;
	const { config } = beside;
	return {
		tokenizerJson: completedJson(files, readNamedTokens(beside)),
		configJson:
			specialTokensMapJson !== null && config !== null
				? jsonOf(config, name)
				: (files.configJson ?? null),
	};
}

function completedJson(files: TokenizerFiles, tokens: NamedTokens): string {
	const { tokenizerJson, name = "tokenizer.json" } = files;
	const { byId, named, extra } = tokens;
	if (byId.size + named.length + extra.length === 0) return tokenizerJson;
	const added = addedTokensIn(tokenizerJson);
	if (added !== null && lackingTokens(added, tokens).length === 0)
		return tokenizerJson;
	const json = parseTokenizerJson(tokenizerJson, name);
	const completed = withNamedTokens(json, tokens);
	if (completed === json) return tokenizerJson;
	return jsonOf(completed, name);
}

function jsonOf(value: unknown, name: string): string {
	try {
		return JSON.stringify(value);
	} catch {
		throw notATokenizer(
			name,
			"values in it or in the files beside it lie too deep in each other",
		);
	}
}

/**
 * The list of added tokens, without parsing all else, which takes long. Null where that
 * does not go.
 */
function addedTokensIn(text: string): AddedTokenJson[] | null {
	const start = /"added_tokens"\s*:\s*\[/.exec(text);
	if (start === null) return null;
	const from = start.index + start[0].length - 1;
	// Strings, and the end of the list: its objects hold no lists.
	const parts = /"(?:[^"\\]|\\.)*"|\]/gs;
	parts.lastIndex = from;
	let part = parts.exec(text);
	while (part !== null && part[0] !== "]") part = parts.exec(text);
	if (part === null) return null;
	try {
		const list: unknown = parseJson(text.slice(from, parts.lastIndex));
		return (list as AddedTokenJson[]).every(
			(token) =>
				Number.isInteger(token.id) &&
				token.id >= 0 &&
				typeof token.content === "string" &&
				wrongFlag(token) === undefined,
		)
			? (list as AddedTokenJson[])
			: null;
	} catch {
		return null;
	}
}
