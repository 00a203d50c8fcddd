// Every command that a page shows is run: as it stands where the page works on the files of
// this repository, and elsewhere on small files of the names that it shows. Those that
// cannot run here are listed with what tries them; the list is exact.
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root, sharedDirectory } from "../helpers.js";
import { writeInputs, writeShownFiles } from "./inputs.js";
import { elsewhere, notRun } from "./not-run.js";
import { recipeDirectory, runIn, shownCommands, wordsOf } from "./recipes.js";

const pages = [
	...["README.md", "SECURITY.md"],
	...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".md"))
		.map((path) => `docs/${path}`)
		.sort(),
].filter((page) => existsSync(join(root, page)));
const triedElsewhere = (page: string) =>
	Object.keys(elsewhere).some((path) => page.startsWith(path));

/** Pages that work on the files of this repository: their commands run as they stand. */
const asTheyStand = ["docs/quick-start.md", "docs/jobs/"];

/** What is made small: the sizes of a corpus that there is not. */
const smaller: readonly [RegExp, string][] = [
	[/--seq-len \S+/, "--seq-len 128"],
	[/--tokens-per-step \S+/, "--tokens-per-step 1K"],
	[/--tokens 10G/, "--tokens 16K"],
	[/--from-step \S+/, "--from-step 1"],
	[/--chunk \S+/, "--chunk 64"],
	[/--segment-tokens \S+/, "--segment-tokens 64"],
	[/--row \d+ --token \d+/, "--row 1 --token 1"],
	[
		/--layout buckets(?!.*--(decomposer|min-length))/,
		"--layout buckets --decomposer binary-random --min-length 32 --max-length 128",
	],
	// Of the datasets that there are, this one is Parquet.
	[/^(seqpack convert) data\//, "$1 sft/"],
	[/^(seqpack curriculum web\/) books\//, "$1 books-rows/"],
	[/--out data\/ (?=--columns chunk)/, "--out data-chunks/ "],
	[/--config seqpack.yaml$/, "--config seqpack.yaml --out data-init"],
	[/ data#web/, " mixed#web"],
	[/--config seqpack.yaml (?=--)/, "--config built.yaml "],
	[/--extend plan\/ --skip 1200:1260/, "--extend buckets-plan/ --skip 1:2"],
	[/papers.parquet/, "papers.jsonl"],
	[/(--segment syntax)/, "--input-format tree $1"],
	[/--vocab-size 50257/, "--vocab-size 60000"],
];

const ran = new Set<string>();

describe("on files of this repository, as they stand", () => {
	for (const page of pages.filter((page) =>
		asTheyStand.some((path) => page.startsWith(path)),
	)) {
		const commands = runnable(page);
		if (commands.length === 0) continue;
		const directory = recipeDirectory();
		test(page, async () => {
			writeShownFiles(directory, page);
			for (const { command, output } of commands) {
				const words = wordsOf(command);
				const { stdout, stderr } = await runIn(
					directory,
					words,
					codesOf(words),
				);
				if (output !== null)
					expect(withoutTimes(stderr + stdout), command).toBe(
						withoutTimes(output),
					);
			}
		});
	}
});

describe("on small files of the names that are shown", () => {
	const inputs = sharedDirectory();
	beforeAll(() => writeInputs(inputs));
	for (const page of pages.filter(
		(page) =>
			!triedElsewhere(page) &&
			!asTheyStand.some((path) => page.startsWith(path)),
	)) {
		const commands = runnable(page);
		if (commands.length === 0) continue;
		const directory = recipeDirectory();
		test(page, async () => {
			cpSync(inputs, directory, { recursive: true, force: false });
			for (const [number, { command }] of commands.entries()) {
				const words = wordsOf(completed(command, number));
				const out = words[words.indexOf("--out") + 1];
				const goesOn = ["--append", "--dry-run"].some((word) =>
					words.includes(word),
				);
				if (words.includes("--out") && !goesOn)
					rmSync(join(directory, out), { recursive: true, force: true });
				await runIn(directory, words, codesOf(words));
			}
		});
	}
});

test("what is not run is shown, and nothing else of the list is", () => {
	const shown = new Set(
		pages
			.filter((page) => !triedElsewhere(page))
			.flatMap((page) => shownCommands(page).map(({ command }) => command)),
	);
	for (const command of Object.keys(notRun))
		expect(shown.has(command), `no page shows: ${command}`).toBe(true);
	expect(Object.keys(notRun).filter((command) => ran.has(command))).toEqual([]);
	for (const [page, file] of Object.entries(elsewhere)) {
		expect(
			pages.some((path) => path.startsWith(page)),
			page,
		).toBe(true);
		expect(existsSync(join(root, file)), file).toBe(true);
	}
});

/** The commands of a page that run, each without what it is piped to. */
function runnable(page: string) {
	if (triedElsewhere(page)) return [];
	return shownCommands(page)
		.filter(({ command }) => !Object.hasOwn(notRun, command))
		.map(({ command, output }) => {
			ran.add(command);
			const [own] = command
				.replace(/^npx /, "")
				.split(/ (?:\||&&|>) (?=[^'"]*(?:['"][^'"]*['"][^'"]*)*$)/);
			return { command: own, output };
		});
}

/** A command with small sizes, and with what stands for "..." where it is short. */
function completed(command: string, number: number): string {
	let text = command;
	if (/ \.\.\.( |$)/.test(text)) {
		const isBare = text.startsWith("seqpack build ... ");
		const rest = [
			...(isBare ? ["corpus"] : []),
			...(/--(tokenizer|vocab-size) /.test(text)
				? []
				: ["--tokenizer tokenizer.json"]),
			...(text.includes("--out ") ? [] : [`--out out-${number}`]),
			...(text.includes("--seq-len ") ? [] : ["--seq-len 512"]),
		].join(" ");
		text = text.replace(/ \.\.\.(?= |$)/, ` ${rest}`);
	}
	for (const [from, to] of smaller) text = text.replace(from, to);
	return text;
}

/** How a command may end: an audit that finds something has done its work, and so has a build that skips. */
function codesOf(words: readonly string[]): number[] {
	if (words[1] === "audit") return [0, 4];
	return words.includes("--on-error") ? [0, 3] : [0];
}

function withoutTimes(text: string): string {
	return text.replace(/ in [\d.]+ s/g, " in T s").trim();
}
