import { type AuditResult, audit } from "../src/audit/audit.js";
import type { Finding } from "../src/audit/check.js";
import { auditTable } from "../src/audit/options.js";
import { exitCodes } from "../src/core/exit-codes.js";
import { counted, grouped, percent } from "../src/core/number-texts.js";
import { required, text } from "../src/core/option.js";
import { redactedJson } from "../src/core/secrets.js";
import { commandOf, pickOptions } from "./command.js";
import { asFlag } from "./fail.js";
import { outputTable } from "./output-options.js";
import { withProgress } from "./run-build.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

export const auditCommandTable = {
	path: required(
		text({
			placeholder: "path",
			help: "the dataset: a file, a directory or a glob pattern",
		}),
	),
	...auditTable,
	...outputTable,
};

export const auditCommand = () =>
	commandOf({
		name: "audit",
		description:
			"Read a dataset of tokens that another tool made, and say what is wrong with it.",
		table: auditCommandTable,
		arguments: ["path"],
		examples: [
			"seqpack audit tokens/ --kind megatron --tokenizer tokenizer.json --source corpus/",
			"seqpack audit sft/ --kind trl --tokenizer model/ --json",
		],
		notes:
			"The exit code is 4 if there is an error; warnings alone do not change it.",
		async run({ path, json, ...values }) {
			const result = await withProgress((onProgress) =>
				audit(path, {
					...pickOptions(auditTable, values),
					kind: values.kind,
					onProgress,
				}),
			);
			const isWrong = result.findings.some(isError);
			say(describe(path, result), isWrong ? "error" : "info");
			if (json)
				await writeOut(
					`${redactedJson({ version: 1, command: "audit", ...result })}\n`,
				);
			return isWrong ? exitCodes.data.code : exitCodes.done.code;
		},
	});

function isError({ severity }: Finding): boolean {
	return severity === "error";
}

function describe(path: string, result: AuditResult): string {
	const { findings, notChecked } = result;
	const errors = findings.filter(isError).length;
	const warnings = findings.length - errors;
	const lines = [
		path,
		...factsOf(result).map(([name, fact]) => `  ${name.padEnd(11)}${fact}`),
		"",
		...findings.flatMap(({ check, severity, sentence, places }) => [
			`${severity.padEnd(8)} ${check}: ${sentence}`,
			...places.map((place) => `           ${place}`),
		]),
		findings.length === 0
			? "Nothing is wrong in what was checked."
			: `${counted(errors, "error")}, ${counted(warnings, "warning")}.`,
	];
	const byNeed = new Map<string, string[]>();
	for (const { check, needs } of notChecked) {
		const need = needs.map((name) => asFlag(name)).join(" or ");
		byNeed.set(need, [...(byNeed.get(need) ?? []), check]);
	}
	for (const [need, checks] of byNeed)
		lines.push(`Not checked without ${need}: ${checks.join(", ")}.`);
	return `${lines.join("\n")}\n`;
}

function factsOf(result: AuditResult): [string, string][] {
	const { tokens, padding, labels, packed, corpus } = result;
	const facts: [string, string][] = [
		["kind", result.kind],
		["files", grouped(result.files)],
		[
			"rows",
			`${grouped(result.rows)}, of ${counted(result.sequences, "sequence")}`,
		],
		["tokens", `${grouped(tokens)}, and ${grouped(padding)} of padding`],
	];
	if (labels !== null)
		facts.push([
			"labels",
			`${grouped(labels)} (${percent(labels / Math.max(1, tokens))} of tokens)`,
		]);
	if (packed !== null)
		facts.push([
			"fill",
			`${percent(packed.fill)}; ${grouped(packed.rows)} rows, and no packing needs fewer than ${grouped(packed.bound)}`,
		]);
	if (corpus !== null)
		facts.push([
			"corpus",
			`${counted(corpus.documents, "document")}: ${grouped(corpus.whole)} whole, ${grouped(corpus.cut)} longer than a row, ${grouped(corpus.split)} split, ${grouped(corpus.lost)} lost; ${percent(corpus.deliveredTokens / Math.max(1, corpus.tokens))} of tokens delivered`,
		]);
	return facts;
}
