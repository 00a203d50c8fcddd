import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { planSteps, schedules } from "seqpack/curriculum";
import {
	bucketsOf,
	type DecomposeOptions,
	decomposeDocuments,
	decomposers,
} from "seqpack/decompose";
import { lowerBound, packDocuments, packers } from "seqpack/pack";
import { ByteTokenizer, tokenizerFromFile } from "seqpack/tokenizer";
import { beforeAll, describe, expect, test } from "vitest";
import { documentsOf, drawnLengths } from "../../playground/documents.js";
import { initial } from "../../playground/state.js";
import { requiredOptions } from "../curriculum/required-options.js";
import { root, sharedDirectory, tokenizerPath } from "../helpers.js";
import {
	cutOff,
	faintTexts,
	schemes,
	serveFolder,
	useChromium,
	type WatchedPage,
	widths,
} from "./chromium.js";

const open = useChromium();
const folder = sharedDirectory();
let url: string;
beforeAll(async () => {
	execFileSync(process.execPath, [join(root, "playground/build.mjs"), folder]);
	url = await serveFolder(folder, "/at/any/path/");
});

const file = join(tokenizerPath, "tokenizer.json");
const tokenizer = tokenizerFromFile(readFileSync(file), {
	name: "tokenizer.json",
});
const drawn = { source: "drawn", count: "3000" };
const lengths = drawnLengths({ ...initial, ...drawn });
const text =
	"The whale, the sea.\nA second line.\n\nΚάθε ἄνθρωπος 漢字 😀\n\n{not JSON}";

async function openAt(
	state: Readonly<Record<string, string>>,
	options: BrowserContextOptions = {},
): Promise<WatchedPage> {
	const watched = await open(`${url}#${new URLSearchParams(state)}`, options);
	await settled(watched.page);
	return watched;
}

const settled = (page: Page) => page.waitForSelector("body[data-state=ready]");

/** Figures of a part of the page, by their names. */
async function figuresIn(
	page: Page,
	part: string,
): Promise<Record<string, string>> {
	const pairs = await page.$$eval(`#${part}-figures > div`, (all) =>
		all.map((one) => [
			one.children[0].textContent,
			one.children[1].textContent,
		]),
	);
	return Object.fromEntries(pairs);
}

const faults = (page: Page) =>
	page.$$eval(".fault", (all) =>
		all.map((one) => one.textContent).filter((sentence) => sentence !== ""),
	);

const count = (number: number) => number.toLocaleString("en");
const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

describe.each(schemes)("in %s colours", (colorScheme) => {
	test.each(widths)("at %d pixels nothing is cut or faint", async (width) => {
		const viewport = { width, height: 800 };
		for (const state of [
			{ tokenizer: "sample" },
			{ ...drawn, count: "60", packer: "capped", schedule: "odds" },
		]) {
			const { page, errors } = await openAt(state, { viewport, colorScheme });
			await page.click("summary");
			await page.waitForSelector("#compare-table table");
			expect(await cutOff(page)).toEqual([]);
			expect(await faintTexts(page)).toEqual([]);
			expect(errors).toEqual([]);
		}
	});
});

test("asks its own folder alone, for what it needs", async () => {
	const { page, errors, requests } = await openAt({});
	await page.selectOption("[name=tokenizer]", "sample");
	await settled(page);
	expect(errors).toEqual([]);
	expect(new Set(requests)).toEqual(
		new Set(
			[
				"",
				"main.js",
				"seqpack.js",
				"worker.js",
				"style.css",
				"sample.txt",
				"tokenizer.json",
			].map((name) => url + name),
		),
	);
});

test("other hosts cannot be asked", async () => {
	const { page } = await openAt({});
	const answer = page.evaluate(() =>
		fetch("http://localhost:9/").then(String, () => {
			throw new Error("refused");
		}),
	);
	await expect(answer).rejects.toThrow("refused");
	expect(await page.getAttribute("meta[http-equiv]", "content")).toMatch(
		/^default-src 'none'; /,
	);
});

describe("tokens are those of the library", () => {
	const documents = documentsOf(text);
	const byBytes = new ByteTokenizer();

	test.each([
		["bytes", byBytes],
		["sample", tokenizer],
		["file", tokenizer],
	])("%s", async (name, due) => {
		const state = { text, tokenizer: name, rowLength: "4096", row: "1" };
		const { page, errors } = await openAt(state);
		if (name === "file") {
			expect(await faults(page)).toEqual(["Choose the tokenizer's file."]);
			await page.setInputFiles("#tokenizer-file", file);
			await page.waitForSelector("#row-columns table");
		}
		const batch = due.encodeBatch(documents);
		expect((await figuresIn(page, "documents")).Tokens).toBe(
			count(batch.ids.length),
		);
		const own = due.encode(documents[1]);
		expect(await page.locator(".token").count()).toBe(own.length);
		await page.focus("#tokens");
		for (const id of own) {
			expect(await page.textContent("#token-facts")).toContain(`: id ${id}, `);
			await page.keyboard.press("ArrowRight");
		}
		const { pieces, packing } = packDocuments(
			Int32Array.from(
				documents,
				(_, d) => batch.offsets[d + 1] - batch.offsets[d],
			),
			4096,
		);
		const ids = [...packing.order].flatMap((sequence) => {
			const first = batch.offsets[pieces.document[sequence]];
			return [...batch.ids.subarray(first, first + pieces.length[sequence])];
		});
		const listed = await page.$$eval(".columns tbody tr", (rows) =>
			rows.map((row) => row.children[3].textContent),
		);
		expect(listed.filter((id) => id !== "").map(Number)).toEqual(
			ids.slice(0, 300),
		);
		expect(errors).toEqual([]);
	});
});

test("every packer gives what the library gives", async () => {
	const { page, errors } = await openAt(drawn);
	for (const packer of packers.names) {
		await page.selectOption("[name=packer]", packer);
		await settled(page);
		const { pieces, packing } = packDocuments(lengths, 2048, { packer });
		const rows = packing.packOffsets.length - 1;
		const tokens = pieces.length.reduce((sum, n) => sum + n, 0);
		expect([packer, await faults(page)]).toEqual([packer, []]);
		expect(await figuresIn(page, "packs"), packer).toMatchObject({
			Rows: count(rows),
			"No packing needs fewer than": count(lowerBound(pieces.length, 2048)),
			Fill: percent(tokens / (rows * 2048)),
			Sequences: count(pieces.length.length),
		});
		const row = Math.floor((rows + 1) / 2) - 1;
		const own = packing.order.subarray(
			packing.packOffsets[row],
			packing.packOffsets[row + 1],
		);
		expect(await page.textContent("#row-columns p"), packer).toBe(
			`seq_lengths ${Array.from(own, (sequence) => pieces.length[sequence]).join(" ")}`,
		);
	}
	expect(errors).toEqual([]);
});

test("every decomposer gives what the library gives", async () => {
	const { page, errors } = await openAt(drawn);
	for (const name of decomposers.names) {
		await page.selectOption("[name=decomposer]", name);
		await settled(page);
		const options = { name } as DecomposeOptions;
		const { pieces, buckets } = decomposeDocuments(lengths, options);
		const due = bucketsOf(options).map(({ length }, b) => {
			const own = pieces.length.filter((_, i) => buckets[i] === b);
			return [length, own.length, own.reduce((sum, n) => sum + n, 0)].map(
				count,
			);
		});
		expect([name, await faults(page)]).toEqual([name, []]);
		const shown = await page.$$eval("#buckets tbody tr", (rows) =>
			rows.map((row) =>
				[...row.children].slice(0, 3).map((cell) => cell.textContent),
			),
		);
		expect(shown, name).toEqual(due);
	}
	expect(errors).toEqual([]);
});

test("every schedule gives what the library gives", async () => {
	const { page, errors } = await openAt(drawn);
	const options: DecomposeOptions = { name: "binary" };
	const { buckets } = decomposeDocuments(lengths, options);
	const counted = bucketsOf(options)
		.map(({ length }, b) => ({
			length,
			rows: buckets.filter((bucket) => bucket === b).length,
		}))
		.filter(({ rows, length }) => rows * length >= 8192);
	for (const schedule of schedules.names) {
		await page.selectOption("[name=schedule]", schedule);
		await settled(page);
		expect([schedule, await faults(page)]).toEqual([schedule, []]);
		const needed = requiredOptions(
			schedule,
			counted.map(({ length }) => length),
		);
		for (const [option, value] of Object.entries(needed))
			await page.fill(`[name="schedule.${option}"]`, value.join(", "));
		await settled(page);
		const plan = planSteps(counted, {
			...needed,
			schedule,
			tokensPerStep: 8192,
		});
		const lengthAt = (step: number) =>
			plan.buckets[plan.order.at(step) ?? 0].length;
		expect(await figuresIn(page, "curriculum"), schedule).toMatchObject({
			Steps: count(plan.order.length),
			...Object.fromEntries(
				plan.buckets.map(({ length, steps }) => [
					`Steps of ${count(length)}`,
					count(steps),
				]),
			),
		});
		expect(await page.getAttribute("svg.chart", "aria-label"), schedule).toBe(
			`Lengths over ${plan.order.length} steps, from ${lengthAt(0)} at first to ${lengthAt(-1)} in the end`,
		);
	}
	expect(errors).toEqual([]);
});

const wrong = [
	[
		"an option",
		{ "packer.maxSequences": "no" },
		'Max sequences is "no": give a whole number of at least 1.',
	],
	[
		"a row",
		{ rowLength: "0" },
		"Tokens of a row: give a number from 1 to 134217728.",
	],
	[
		"rows that are tiny",
		{ ...drawn, rowLength: "1" },
		/^Tokens of a row: 1 tokens would make some \d+ sequences/,
	],
	[
		"numbers",
		{ source: "lengths", lengths: "5 six" },
		'"six" is no length: give whole numbers from 0 to 134217728.',
	],
	[
		"no numbers",
		{ source: "lengths", lengths: " " },
		"There are no lengths: give some.",
	],
	["a text", { text: " \n" }, "There is no text: paste some."],
	[
		"JSON Lines",
		{ text: '{"text": "a"}\n{"text"' },
		'Line 2 is not JSON: give an object a line, such as {"text": "..."}.',
	],
	[
		"JSON Lines without a text",
		{ text: '{"t": "a"}' },
		'Line 1 has no "text" that is a string.',
	],
	[
		"a drawn number",
		{ ...drawn, count: "1e9" },
		"Documents: give a number from 1 to 100000.",
	],
	[
		"buckets",
		{ ...drawn, "decomposer.minLength": "300" },
		"Min length is 300: give a power of two.",
	],
	[
		"tokens of a step",
		{ ...drawn, tokensPerStep: "1000" },
		/^A step of 1000 tokens \(Tokens per step\)/,
	],
	[
		"odds",
		{ ...drawn, schedule: "odds", "schedule.odds": "1,2" },
		/^There are 2 numbers in Odds for \d buckets/,
	],
	[
		"a packer",
		{ packer: "best" },
		/^There is no packer "best"; .*there are: best-fit-decreasing, /,
	],
] as const;

test("a sentence says what is wrong", async () => {
	const { page, errors } = await openAt({});
	for (const [what, state, sentence] of wrong) {
		await page.goto(`${url}#${new URLSearchParams(state)}`);
		await expect
			.poll(() => faults(page), { message: what })
			.toContainEqual(
				typeof sentence === "string"
					? sentence
					: expect.stringMatching(sentence),
			);
	}
	expect(errors).toEqual([]);
});

const noTokenizers = [
	[
		"no JSON",
		"tokenizer.json",
		"hello",
		/^tokenizer\.json is not a usable tokenizer\.json: it is not JSON/,
	],
	["no tokenizer", "tokenizer.json", "{}", /^tokenizer\.json /],
	["a picture", "x.png", "\u0089PNG", /^x\.png /],
] as const;

test("of a file that is no tokenizer a sentence says so", async () => {
	const { page, errors } = await openAt({ tokenizer: "file" });
	for (const [, name, content, sentence] of noTokenizers) {
		await page.setInputFiles("#tokenizer-file", {
			name,
			mimeType: "application/json",
			buffer: Buffer.from(content, "latin1"),
		});
		await expect
			.poll(() => faults(page))
			.toEqual([expect.stringMatching(sentence)]);
	}
	await page.setInputFiles("#tokenizer-file", file);
	await expect.poll(() => faults(page)).toEqual([]);
	expect(errors).toEqual([]);
});

test("of 10 MB of text the first million characters are taken, and said so", async () => {
	const { page, errors } = await openAt({ tokenizer: "sample" });
	await page.$eval("[name=text]", (field: HTMLTextAreaElement) => {
		field.value = "The whale, the sea. ".repeat(524_288);
		field.dispatchEvent(new Event("input", { bubbles: true }));
	});
	await settled(page);
	expect(await faults(page)).toEqual([
		"The text has 10,485,760 characters, and the page takes the first 1,000,000 of them: for more, run seqpack build.",
	]);
	expect((await page.inputValue("[name=text]")).length).toBe(1_000_000);
	await page.fill("[name=text]", "The whale, the sea. ".repeat(1000));
	await settled(page);
	expect(await faults(page)).toEqual([]);
	expect(errors).toEqual([]);
});

test("a link shows the same, and markup in it is text", async () => {
	const { page } = await openAt({});
	await page.fill(
		"[name=text]",
		`<img src=x onerror="console.error('ran')">\n\n${text}`,
	);
	await page.fill("[name=document]", "1");
	await page.fill("[name=rowLength]", "64");
	await page.selectOption("[name=packer]", "capped");
	await page.fill('[name="packer.maxSequences"]', "2");
	await settled(page);
	const other = await open(page.url());
	await settled(other.page);
	for (const part of ["#tokens", "#packs-figures", "#row-columns", "#buckets"])
		expect(await other.page.textContent(part)).toBe(
			await page.textContent(part),
		);
	expect(await other.page.inputValue('[name="packer.maxSequences"]')).toBe("2");
	expect(await other.page.locator("main img").count()).toBe(0);
	expect(other.errors).toEqual([]);
});

test("a row is chosen by a click, and by its number", async () => {
	const { page } = await openAt(drawn);
	await page.fill("[name=row]", "3");
	await settled(page);
	const before = await page.textContent("#row-columns p");
	await page.click("svg.packs", { position: { x: 40, y: 90 } });
	await settled(page);
	expect(await page.inputValue("[name=row]")).toBe("8");
	await page.fill("[name=row]", "3");
	await settled(page);
	expect(await page.textContent("#row-columns p")).toBe(before);
});

test("every control has a label, and is reached by the keyboard", async () => {
	const { page } = await openAt({});
	const unnamed = await page.$$eval("input, select, textarea", (all) =>
		all
			.filter((one) => ((one as HTMLInputElement).labels?.length ?? 0) === 0)
			.map((one) => one.outerHTML),
	);
	expect(unnamed).toEqual([]);
	expect(await page.locator("[tabindex='-1']").count()).toBe(0);
});

test("10,000 documents are packed and drawn in a moment", async () => {
	const { page } = await openAt({ ...drawn, count: "10000" });
	const times: number[] = [];
	for (let rowLength = 2000; rowLength < 2012; rowLength++) {
		await page.fill("[name=rowLength]", String(rowLength));
		await settled(page);
		const took = /\d+/.exec((await page.textContent("#took")) ?? "");
		times.push(Number(took?.[0]));
	}
	// Others may be at work on the machine.
	expect(Math.min(...times)).toBeLessThan(100);
});
