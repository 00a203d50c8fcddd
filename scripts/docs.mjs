// Writes the tables of the docs from the tables of the code: options, and the entries of
// registries. A page has a place for each, between <!-- NAME --> and <!-- /NAME -->.
// Pictures of concepts are made here too. `npm run docs` writes; with --check it says which pages differ, and ends with 1.
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { batchesCommandTable } from "../dist/cli/batches.js";
import { buildCommandTable } from "../dist/cli/build.js";
import { compareOptionsTable } from "../dist/cli/compare-packers.js";
import { composeCommandTable } from "../dist/cli/compose.js";
import { convertCommandTable } from "../dist/cli/convert.js";
import { curriculumCommandTable } from "../dist/cli/curriculum.js";
import {
	defaultText,
	goesWith,
	valueText,
} from "../dist/cli/describe-option.js";
import { diffCommandTable } from "../dist/cli/diff.js";
import { asFlag } from "../dist/cli/fail.js";
import { inspectCommandTable } from "../dist/cli/inspect.js";
import { outputTable, toldTable } from "../dist/cli/output-options.js";
import { reportCommandTable } from "../dist/cli/report.js";
import { traceCommandTable } from "../dist/cli/trace.js";
import { auditChecks } from "../dist/src/audit/checks.js";
import { needs } from "../dist/src/audit/context.js";
import { auditKinds } from "../dist/src/audit/kinds.js";
import { exitCodes } from "../dist/src/core/exit-codes.js";
import { batchKinds } from "../dist/src/curriculum/batch-kinds.js";
import { schedules } from "../dist/src/curriculum/schedules.js";
import { exportFormats } from "../dist/src/dataset/exports/exports.js";
import { datasetFormats } from "../dist/src/dataset/formats.js";
import { layouts } from "../dist/src/dataset/layouts/layouts.js";
import { otherTrainers } from "../dist/src/dataset/trainers/other-trainers.js";
import { trainers } from "../dist/src/dataset/trainers/trainers.js";
import { decomposers } from "../dist/src/decompose/decomposers.js";
import { longConversations } from "../dist/src/decompose/long-conversations.js";
import { longDocuments } from "../dist/src/decompose/long-documents.js";
import { conversationFormats } from "../dist/src/documents/conversations/conversation-formats.js";
import { lossChoices } from "../dist/src/documents/conversations/loss.js";
import { conversationReasons } from "../dist/src/documents/conversations/reasons.js";
import { recordReasons } from "../dist/src/documents/record-reasons.js";
import { engines } from "../dist/src/engines/engines.js";
import { executorTable } from "../dist/src/engines/submit.js";
import {
	alwaysColumns,
	batchColumns,
	columns,
	storedColumns,
} from "../dist/src/masks/columns.js";
import { lossWeightings } from "../dist/src/masks/loss-weights.js";
import { sequenceShares } from "../dist/src/masks/sequence-parallel.js";
import { exportToTable } from "../dist/src/options/export.js";
import { packRecordsTable } from "../dist/src/options/pack-records.js";
import { exportTable, packStoreTable } from "../dist/src/options/pack-store.js";
import { rowOrders } from "../dist/src/pack/orders.js";
import { packers } from "../dist/src/pack/packers.js";
import { parallelPlans } from "../dist/src/parallel/parallel-plans.js";

import { groupings } from "../dist/src/recipes/groupings.js";
import { settingName } from "../dist/src/recipes/settings.js";
import { steps } from "../dist/src/recipes/steps.js";

import { languages } from "../dist/src/segment/languages.js";
import { unitKinds, writtenKinds } from "../dist/src/segment/units.js";

import { compressions } from "../dist/src/sources/compressions.js";
import { endingsOf, sourceFormats } from "../dist/src/sources/formats.js";
import { namedTokenizers } from "../dist/src/tokenizer/named-tokenizers.js";
import { commandPages } from "./command-pages.mjs";
import { pictures } from "./concept-pictures.mjs";

/** What a compression adds to the name of a file. */
const compressedAs = compressions
	.entries()
	.map(([, { extension }]) => code(extension))
	.join(", ");

const root = fileURLToPath(new URL("..", import.meta.url));
const ofCommands = commandPages();

/** Every table by the name of its place. */
const tables = {
	"options:build": () =>
		optionTables(buildCommandTable, {
			words: ["inputs"],
			ofCommand: [
				...["config", "dryRun"],
				...Object.keys({ ...executorTable, ...outputTable }),
			],
		}),
	"options:curriculum": () =>
		optionTables(curriculumCommandTable, {
			words: ["datasets"],
			ofCommand: Object.keys(outputTable),
		}),
	"options:batches": () =>
		optionTables(batchesCommandTable, {
			words: ["plan"],
			ofCommand: ["format", ...Object.keys(toldTable)],
		}),
	"options:pack": () =>
		optionTables(compareOptionsTable, {
			ofCommand: ["compare", "seqLen", ...Object.keys(outputTable)],
		}),
	"options:pack-store": () =>
		optionTables(
			{ ...packStoreTable, ...outputTable },
			{ words: ["store"], ofCommand: Object.keys(outputTable) },
		),
	"options:pack-records": () =>
		optionTables(
			{ ...packRecordsTable, ...outputTable },
			{ words: ["inputs"], ofCommand: Object.keys(outputTable) },
		),
	"options:export": () =>
		optionTables(
			{ ...exportTable, ...outputTable },
			{ words: ["packing"], ofCommand: Object.keys(outputTable) },
		),
	"options:export-to": () =>
		optionTables(
			{ ...exportToTable, ...outputTable },
			{ words: ["source"], ofCommand: Object.keys(outputTable) },
		),
	"options:compose": () =>
		optionTables(composeCommandTable, {
			words: ["recipe", "inputs"],
			ofCommand: Object.keys(outputTable),
		}),
	"options:inspect": () =>
		optionTables(inspectCommandTable, {
			words: ["path"],
			ofCommand: Object.keys(outputTable),
		}),
	"options:report": () =>
		optionTables(reportCommandTable, {
			words: ["paths"],
			ofCommand: Object.keys(outputTable),
		}),
	"options:trace": () =>
		optionTables(traceCommandTable, {
			words: ["dataset"],
			ofCommand: ["row", ...Object.keys(outputTable)],
		}),
	"options:diff": () =>
		optionTables(diffCommandTable, {
			words: ["a", "b"],
			ofCommand: ["exitCode", ...Object.keys(outputTable)],
		}),
	commands: () => ofCommands.list,
	"exit-codes": () =>
		table(
			["code", "means", "when", "what to do"],
			Object.values(exitCodes).map(({ code, means, when, advice }) => [
				...[String(code), means, when, advice],
			]),
		),
	"exit-codes:schedulers": () =>
		table(
			["exit code", "means", "a scheduler should"],
			Object.values(exitCodes).map(({ code, means, scheduler }) => [
				...[String(code), means, scheduler],
			]),
		),
	groupings: () => settingsTable("`group: { by: ... }`", groupings),
	"recipe-steps": () => settingsTable("step", steps),
	"options:convert": () =>
		optionTables(convertCommandTable, {
			words: ["dataset"],
			ofCommand: Object.keys(outputTable),
		}),
	exports: () =>
		table(
			[
				"`--to`",
				"what",
				"borders in a row",
				"masks",
				"short rows",
				"tokens of a file",
				"its options",
			],
			exportFormats.entries().map(([name, format]) => [
				code(name),
				format.meaning,
				format.borders === null ? "no" : asWritten(format.borders),
				format.mask === null ? "no" : asWritten(format.mask),
				format.shortRows.map(code).join(", "),
				format.shardTokens == null
					? "all"
					: format.shardTokens.toLocaleString("en-US"),
				Object.keys(format.options)
					.map((option) => code(asFlag(option)))
					.join(", "),
			]),
		),
	trainers: () => trainersTable("docs/trainers/"),
	"trainers:pages": () => trainersTable(""),
	"lines:torchtitan": () => linesOf(otherTrainers.find("torchtitan").load),
	"lines:grain": () => linesOf(otherTrainers.find("grain").load),
	"lines:pytorch": () => linesOf(otherTrainers.find("pytorch").load),
	"audit-kinds": () =>
		table(
			["`--kind`", "what", "read from"],
			auditKinds
				.entries()
				.map(([name, { meaning, readFrom }]) => [
					code(name),
					meaning,
					readFrom.map(code).join(", "),
				]),
		),
	"audit-checks": () =>
		table(
			["check", "finds", "as", "needs"],
			auditChecks
				.entries()
				.map(([name, { meaning, severity, needs: own = [] }]) => [
					code(name),
					meaning,
					severity,
					own
						.map((need) =>
							needs[need].map((option) => code(asFlag(option))).join(" or "),
						)
						.join(", "),
				]),
		),
	executors: () => entriesTable("`--executor`", engines),
	"input-formats": () =>
		table(
			["`--input-format`", "what", "endings", "compressed"],
			sourceFormats
				.entries()
				.map(([name, format]) => [
					code(name),
					format.title,
					endingsOf(format).map(code).join(", "),
					format.compressible ? compressedAs : "",
				]),
		),
	"bad-records": () =>
		table(
			["reason", "means"],
			Object.entries(recordReasons()).map(([name, meaning]) => [
				code(name),
				meaning,
			]),
		),
	"conversation-formats": () =>
		table(
			["`--conversations`", "what", "fields"],
			conversationFormats
				.entries()
				.map(([name, { meaning, fields }]) => [
					code(name),
					meaning,
					fields.map(code).join(", "),
				]),
		),
	"conversation-reasons": () =>
		table(
			["reason", "means"],
			Object.entries(conversationReasons).map(([name, meaning]) => [
				code(name),
				meaning,
			]),
		),
	"loss-choices": () => meaningsTable("`--loss`", lossChoices),
	"long-conversations": () =>
		meaningsTable("`--long-conversations`", longConversations),
	"named-tokenizers": () =>
		table(
			["`--tokenizer`", "ids", "its options"],
			namedTokenizers.entries().map(([, { example, meaning, options }]) => [
				code(example),
				meaning,
				Object.keys(options)
					.map((option) => code(asFlag(option)))
					.join(", "),
			]),
		),
	packers: () => entriesTable("`--packer`", packers),
	orders: () => entriesTable("`--order`", rowOrders),
	"long-documents": () => entriesTable("`--long-documents`", longDocuments),
	units: () =>
		table(
			["`--segment`", "units"],
			unitKinds
				.entries()
				.map(([, { meaning }], i) => [code(writtenKinds[i]), meaning]),
		),
	languages: () =>
		table(
			["`--syntax-language`", "endings"],
			languages
				.entries()
				.map(([name, { endings }]) => [
					code(name),
					endings.map(code).join(", "),
				]),
		),
	decomposers: () => entriesTable("`--decomposer`", decomposers),
	schedules: () => entriesTable("`--schedule`", schedules),
	layouts: () => meaningsTable("`--layout`", layouts),
	"batch-kinds": () => meaningsTable("`--batches`", batchKinds),
	"parallel-plans": () => meaningsTable("`--parallel-plan`", parallelPlans),
	"loss-weights": () => meaningsTable("`--loss-weight`", lossWeightings),
	"sequence-shares": () => meaningsTable("`--sequence-shares`", sequenceShares),
	formats: () =>
		table(
			["`--format`", "what", "`--compression`"],
			datasetFormats
				.entries()
				.map(([name, { meaning, compressions }]) => [
					code(name),
					meaning,
					compressions.map(code).join(", "),
				]),
		),
	"columns:always": () => columnsTable(alwaysColumns),
	"columns:stored": () =>
		columnsTable([
			...new Set([
				...storedColumns,
				...columns.where(({ setting }) => setting !== undefined),
			]),
		]),
	"columns:batch": () => columnsTable(batchColumns),
};

/** Options by their headings in help. */
function optionTables(options, { words = [], ofCommand = [] }) {
	const groups = new Map();
	for (const [name, option] of Object.entries(options)) {
		const group = option.group ?? "";
		groups.set(group, [...(groups.get(group) ?? []), [name, option]]);
	}
	return [...groups]
		.map(([group, entries]) => {
			const lines = entries.map(([name, option]) => [
				ofCommand.includes(name) ? "" : code(name),
				flagText(name, option, words.includes(name)),
				valuesText(option),
				option.required ? "required" : (defaultOf(option) ?? ""),
				[option.help, othersText(option, options)].filter(Boolean).join("; "),
			]);
			const heading = group === "" ? "" : `### ${group}\n\n`;
			return `${heading}${table(["in the library", "command", "takes", "default", "what it is"], lines)}`;
		})
		.join("\n\n");
}

function flagText(name, option, isWords) {
	const { type } = option;
	if (type.written === "none") return "";
	if (isWords) return code(`<${valueText(type)}>`);
	if (type.placeholder !== null)
		return code(`${asFlag(name)} <${valueText(type)}>`);
	return option.default === false
		? code(asFlag(name))
		: `${code(asFlag(name))}, ${code(asFlag(name, false))}`;
}

function valuesText({ type }) {
	return type.choices === null
		? type.expected
		: `${type.written === "commas" ? "some of " : ""}${type.choices.map(code).join(", ")}`;
}

function defaultOf(option) {
	return option.default === false
		? "false"
		: defaultText(option, (name) => `\`${name}\``);
}

function othersText(option, options) {
	return goesWith(option, options, (name) => code(asFlag(name)));
}

/** The entries of a registry, what each means, and the options that it has. */
function entriesTable(head, registry) {
	return table(
		[head, "what it does", "its options"],
		registry.entries().map(([name, { meaning, options }]) => [
			code(name),
			meaning,
			Object.keys(options)
				.map((option) => code(asFlag(option)))
				.join(", "),
		]),
	);
}

/** The entries of a registry of recipes, and the settings of each. */
function settingsTable(head, registry) {
	return table(
		[head, "what it does", "its settings"],
		registry.entries().map(([name, { meaning, options }]) => [
			code(name),
			meaning,
			Object.entries(options)
				.map(([option, spec]) => {
					const usual = spec.required ? "required" : defaultOf(spec);
					const choices = spec.type.choices?.map(code).join(", ");
					const notes = [choices, usual].filter(Boolean).join("; ");
					return `${code(settingName(option))}: ${spec.help}${notes === "" ? "" : ` (${notes})`}`;
				})
				.join("<br>"),
		]),
	);
}

function meaningsTable(head, registry) {
	return table(
		[head, "what it is"],
		registry.names.map((name) => [code(name), registry.meanings[name]]),
	);
}

function columnsTable(names) {
	return table(
		["column", "type", "holds"],
		names.map((name) => {
			const { type, meaning } = columns.find(name);
			return [code(name), type.replace(/<(.*)>/, " of $1"), meaning];
		}),
	);
}

/** Every trainer that has a page, by the page's name. */
function trainerPages() {
	const [length, split] = [8192, "train"];
	const buckets = [{ split, length, capacity: length, directory: "data" }];
	return [
		...trainers.entries().map(([name, trainer]) => [
			name,
			{
				...trainer,
				command: `seqpack build ... --for ${name}`,
				load: trainer.load({ settings: { buckets } }),
				sets: ` It sets ${optionsOf(trainer)}.`,
			},
		]),
		...otherTrainers
			.entries()
			.map(([name, trainer]) => [
				name,
				{ ...trainer, command: commandFor(trainer), sets: "" },
			]),
	];
}

function commandFor({ to }) {
	return to === null
		? "seqpack curriculum data/ --tokens-per-step 512K --out plan/"
		: `seqpack export data/ --to ${to} --out ${to}/`;
}

/** The options that a build for a trainer sets. */
function optionsOf({ options }) {
	const flags = (isMasked) =>
		Object.entries(options(isMasked)).map(([option, value]) =>
			code(asFlag(option, Array.isArray(value) ? value.join(",") : value)),
		);
	const [all, masked] = [flags(false), flags(true)];
	return all.join() === masked.join()
		? all.join(", ")
		: `${masked.join(", ")} if not all is trained on${all.length > 0 ? `, else ${all.join(", ")}` : ""}`;
}

function trainersTable(directory) {
	return table(
		["trainer", "tried with", "command", "in the trainer"],
		trainerPages().map(([name, { title, tried, command, key }]) => [
			`[${title}](${directory}${name}.md)`,
			tried,
			code(command),
			code(key.replace(/\($/, "(...)")),
		]),
	);
}

/** A page of a trainer: of rows of 8,192 tokens, what a card or an export says to its users. */
function trainerPage({ title, meaning, tried, command, load, sets, traps }) {
	const trial = tried.startsWith("not run")
		? `Not run${tried.slice(7)}`
		: `Tried: ${tried}`;
	const list = traps.map((trap) => `- ${trap}\n`).join("");
	return `# ${title}

    ${command}

${meaning[0].toUpperCase()}${meaning.slice(1)}.${sets} ${trial}.

${linesOf(load)}

${list}${list && "\n"}[All trainers](README.md). This page is written by \`npm run docs\`.
`;
}

function linesOf({ language, lines }) {
	return `\`\`\`${language}\n${lines.join("\n")}\n\`\`\``;
}

function table(head, rows) {
	// A column that is empty in all rows says nothing.
	const kept = head.map((_, i) => rows.some((row) => row[i] !== ""));
	const line = (cells) =>
		`| ${cells
			.filter((_, i) => kept[i])
			.map((cell) => cell.replaceAll("|", "\\|"))
			.join(" | ")} |`;
	return [line(head), line(head.map(() => "---")), ...rows.map(line)].join(
		"\n",
	);
}

/** A file's ending as code; words as they are. */
function asWritten(text) {
	return text.startsWith(".") ? code(text) : text;
}

function code(text) {
	return `\`${text}\``;
}

/** A page with its tables as the code has them. */
function withTables(page, text) {
	return text.replaceAll(
		/<!-- ([\w:-]+) -->\n.*?<!-- \/\1 -->/gs,
		(_, name) => {
			if (!Object.hasOwn(tables, name))
				throw new Error(`${page}: there is no table ${name}`);
			return `<!-- ${name} -->\n${tables[name]()}\n<!-- /${name} -->`;
		},
	);
}

const isCheck = process.argv.includes("--check");

/** Writes a page where it is another, or says so; null: there is to be none. */
function put(page, after) {
	const path = join(root, page);
	const before = existsSync(path) ? readFileSync(path, "utf8") : null;
	if (after === before) return;
	if (isCheck) process.exitCode = 1;
	else if (after === null) rmSync(path);
	else writeFileSync(path, after);
	console.error(
		isCheck
			? `${page} differs from the tables of the code: run npm run docs.`
			: `${after === null ? "removed" : "wrote"} ${page}`,
	);
}

/** Writes the pages of a folder, and removes those that are no more. */
function putAll(folder, written) {
	mkdirSync(join(root, folder), { recursive: true });
	for (const name of readdirSync(join(root, folder)))
		if (name !== "README.md" && !written.has(name))
			put(`${folder}/${name}`, null);
	for (const [name, page] of written) put(`${folder}/${name}`, page);
}

const ofTrainers = new Map(
	trainerPages().map(([name, trainer]) => [`${name}.md`, trainerPage(trainer)]),
);
putAll("docs/trainers", ofTrainers);
putAll("docs/reference/commands", ofCommands.pages);

for (const [name, drawn] of Object.entries(pictures))
	put(`docs/pictures/${name}.svg`, drawn());

const pages = ["README.md", "docs"].flatMap((path) =>
	path.endsWith(".md")
		? [path]
		: readdirSync(join(root, path), { recursive: true })
				.filter((name) => name.endsWith(".md"))
				.map((name) => join(path, name)),
);
const shown = new Set();
for (const page of pages) {
	const before = readFileSync(join(root, page), "utf8");
	for (const [, name] of before.matchAll(/^<!-- \/([\w:-]+) -->$/gm))
		shown.add(name);
	put(page, withTables(page, before));
}
for (const name of Object.keys(tables))
	if (!shown.has(name)) {
		console.error(`no page has a place for the table ${name}.`);
		process.exitCode = 1;
	}
