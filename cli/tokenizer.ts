import { Command } from "commander";
import { bytesText, counted, grouped } from "../src/core/number-texts.js";
import { required, text } from "../src/core/option.js";
import { redactedJson } from "../src/core/secrets.js";
import { readTokenizerFiles } from "../src/storage/load-tokenizer.js";
import {
	inspectTokenizer,
	type TokenizerReport,
} from "../src/tokenizer/inspect.js";
import type { SpecialToken } from "../src/tokenizer/tokenizer.js";
import { commandOf } from "./command.js";
import { outputTable } from "./output-options.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

export function tokenizerCommand(): Command {
	return new Command("tokenizer")
		.description("Look into tokenizers.")
		.addCommand(inspectCommand());
}

const inspectCommand = () =>
	commandOf({
		name: "inspect",
		description:
			"Show what is in a tokenizer.json, which engine runs it, and why.",
		table: {
			path: required(
				text({
					placeholder: "path",
					help: "a tokenizer.json, or a directory that holds one",
				}),
			),
			...outputTable,
		},
		arguments: ["path"],
		examples: ["seqpack tokenizer inspect tokenizer.json"],
		async run({ path, json }) {
			const { fingerprint, ...files } = await readTokenizerFiles(path);
			const report = inspectTokenizer(files);
			say(describe(files.name ?? path, fingerprint, report));
			if (json)
				await writeOut(
					`${redactedJson({ version: 1, command: "tokenizer inspect", fingerprint, ...report })}\n`,
				);
			return 0;
		},
	});

function describe(
	name: string,
	fingerprint: string,
	report: TokenizerReport,
): string {
	const rows: [string, string][] = [
		["engine", `${report.engine}: ${report.why}`],
		[
			"model",
			`${report.model}, ids below ${grouped(report.vocabSize)}, ${counted(report.merges, "merge")}`,
		],
		["normalizer", list(report.normalizers)],
		["splits by", list(report.preTokenizers)],
		...report.splits.map(({ pattern, by }): [string, string] => [
			"",
			`${by}: ${pattern}`,
		]),
		["decoder", list(report.decoders)],
		["added", counted(report.addedTokens, "token")],
		["BOS", special("bos", report.bos)],
		["EOS", special("eos", report.eos)],
		["SHA-256", fingerprint],
	];
	if (report.memoryBytes !== null)
		rows.push(["memory", `${bytesText(report.memoryBytes)} a worker`]);
	const body = rows.map(([key, text]) => `  ${key.padEnd(11)}${text}`);
	return `${[name, ...body].join("\n")}\n`;
}

function list(types: string[]): string {
	return types.length === 0 ? "none" : types.join(", ");
}

function special(kind: "bos" | "eos", token: SpecialToken | null): string {
	if (token === null) return "none";
	const { added } = token;
	const says =
		added === undefined
			? ""
			: `; add_${kind}_token in its configuration: ${added}`;
	return `${token.token} (${token.id})${says}`;
}
