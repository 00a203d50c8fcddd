import {
	readFileSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { beforeAll, expect, test } from "vitest";
import { bytesText } from "../../src/core/number-texts.js";
import { filesOf, type Manifest } from "../../src/dataset/manifest.js";
import { writeReport } from "../../src/report/write-report.js";
import {
	fixtures,
	seqpack,
	sharedDirectory,
	tokenizerPath,
} from "../helpers.js";
import { FakeS3 } from "../storage/s3/fake-s3.js";

const directory = sharedDirectory();
const inDirectory = (name: string) => join(directory, name);
const data = inDirectory("data");

beforeAll(async () => {
	const { code, stderr } = await seqpack([
		...["build", join(fixtures, "code"), "--tokenizer", tokenizerPath],
		...["--layout", "buckets", "--out", data, "--workers", "0"],
	]);
	expect(code, stderr).toBe(0);
});

const report = (...args: string[]) => seqpack(["report", ...args]);

test("what is wrong with what is there is said first, as inspect says it", async () => {
	const other = inDirectory("other.jsonl");
	writeFileSync(other, '{"body": "a"}\n{"body": "b"}\n');
	const out = inDirectory("other.html");
	expect((await report(other, "--out", out)).code).toBe(0);
	const { document } = parseHTML(readFileSync(out, "utf8"));
	const told = [...document.querySelectorAll(".notice")].map(
		({ textContent }) => textContent,
	);
	expect(told).toEqual([
		"No record in this corpus can be used.",
		expect.stringMatching(/^A build would stop: .*other\.jsonl:1: .* no text/),
		"2 records cannot be used: no-text.",
	]);
	const { stdout } = await seqpack(["inspect", other]);
	expect(stdout).toMatch(/warning: a build would stop: [\s\S]*no\s+text/);
});
/** The facts that a page has beside its numbers. */
function facts(document: Document): Record<string, string | null> {
	const last = [...document.querySelectorAll("#totals table")].at(-1);
	return Object.fromEntries(
		[...(last?.querySelectorAll("tr") ?? [])].map(
			({ children: [name, value] }) => [name.textContent, value.textContent],
		),
	);
}

/** Of a table of lengths, how many there are, and their tokens. */
function sumsOf(rows: readonly (string | null)[][]): number[] {
	return [1, 3].map((column) =>
		rows.reduce(
			(sum, row) => sum + Number(row[column]?.replaceAll(",", "")),
			0,
		),
	);
}

test("every figure in the report is the manifest's", async () => {
	const out = inDirectory("report.html");
	const { code, stderr } = await report(data, "--out", out);
	expect(stderr).toContain("report.html, ");
	expect(code).toBe(0);
	const { document } = parseHTML(readFileSync(out, "utf8"));
	const manifest: Manifest = JSON.parse(
		readFileSync(join(data, "seqpack.json"), "utf8"),
	);
	const { totals, summary } = manifest;
	const cells = [...document.querySelectorAll("#totals tr")].map((row) =>
		[...row.children].map(({ textContent }) => textContent),
	);
	const shown = Object.fromEntries(cells);
	const whole = (value: number) => value.toLocaleString("en-US");
	const share = (value: number) => `${(100 * value).toFixed(2)} %`;
	const mean = (value: number) =>
		value >= 100 ? whole(Math.round(value)) : whole(Number(value.toFixed(2)));
	// All that there is: a number that is added must be compared as well.
	expect(shown).toEqual({
		"": "value",
		...facts(document),
		tokens: whole(summary.tokens),
		labels: whole(summary.labels),
		records: whole(totals.records),
		documents: whole(totals.documents),
		sequences: whole(summary.sequences),
		rows: whole(summary.rows),
		fill: share(summary.fill),
		padding: whole(summary.padding),
		"tokens with padding": whole(summary.paddedTokens),
		"lower bound of rows": whole(summary.lowerBoundRows),
		"gap to the bound": share(summary.gap),
		"cut documents": whole(totals.cutDocuments),
		"cost of attention": share(summary.attention),
		"bytes of text": whole(totals.textBytes),
		"longest row": whole(Math.max(...summary.buckets.map((of) => of.length))),
		"sequences in a row": mean(summary.sequencesPerRow),
		"tokens in a sequence": mean(summary.averageLength),
		"tokens before a token": mean(summary.averageContext),
		files: whole(manifest.inputs.length),
		"bytes of files": whole(
			filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0),
		),
	});
	const tiles = [...document.querySelectorAll("header dl div")].map((tile) =>
		[...tile.children].map(({ textContent }) => textContent),
	);
	expect(tiles.map(([name]) => name)).toEqual(
		expect.arrayContaining(["tokens", "documents", "rows", "fill"]),
	);
	for (const [name, value] of tiles)
		expect([name, value]).toEqual([
			name,
			name === "attention"
				? share(summary.attention)
				: name === "bytes"
					? bytesText(Number(shown["bytes of files"]?.replaceAll(",", "")))
					: shown[name ?? ""],
		]);
	const tableOf = (heading: string) => {
		const card = [...document.querySelectorAll("article")].find(
			(one) => one.querySelector("h3")?.textContent === heading,
		);
		return [...(card?.querySelectorAll("tbody tr") ?? [])].map((row) =>
			[...row.children].map(({ textContent }) => textContent),
		);
	};
	expect(tableOf("Tokens by bucket")).toEqual(
		summary.buckets.map((bucket) => [
			...[whole(bucket.length), bucket.split, "", whole(bucket.rows)],
			...[whole(bucket.sequences), whole(bucket.tokens)],
			...[share(bucket.share), share(bucket.fill)],
		]),
	);
	const read = totals.textTokens + totals.specialTokens;
	expect(read).toBeGreaterThan(summary.tokens);
	expect(tableOf("Tokens by source")).toEqual([
		[
			"code.jsonl.gz",
			whole(totals.documents),
			"–",
			whole(read),
			share(1),
		].concat(whole(manifest.inputs[0].bytes)),
	]);
	for (const [heading, count, tokens] of [
		["Documents by length", totals.documents, read],
		["Sequences by length", summary.sequences, summary.tokens],
	] as const)
		expect([heading, ...sumsOf(tableOf(heading))]).toEqual([
			...[heading, count, tokens],
		]);
	expect(
		tableOf("Tokens in no row").map(([reason, , tokens]) => [reason, tokens]),
	).toEqual([
		...Object.entries(totals.dropped).flatMap(
			([reason, { tokens, documents }]) =>
				tokens > 0 || documents > 0 ? [[reason, whole(tokens)]] : [],
		),
		["in rows", whole(summary.tokens)],
	]);
});

test("what is there is not replaced, but for a report where that is asked for", async () => {
	const out = inDirectory("again.html");
	expect((await report(data, "--out", out)).code).toBe(0);
	const page = readFileSync(out, "utf8");
	const same = await report(data, "--out", out);
	expect([same.code, same.stderr]).toEqual([
		0,
		expect.stringContaining("is written already; nothing was done"),
	]);
	const refused = await report(data, "--title", "Other", "--out", out);
	expect(refused.code).toBe(2);
	expect(refused.stderr).toContain("is another report");
	expect(readFileSync(out, "utf8")).toBe(page);
	expect((await report(data, "--out", out, "--overwrite")).code).toBe(0);
	expect(readFileSync(out, "utf8")).toBe(page);
	writeFileSync(out, "mine");
	const other = await report(data, "--out", out, "--overwrite");
	expect(other.code).toBe(2);
	expect(other.stderr).toContain("no report of seqpack");
	expect(readFileSync(out, "utf8")).toBe("mine");
	expect((await report(data, "--out", data)).code).toBe(2);
});

test("wrong use is told, and nothing is written", async () => {
	const out = inDirectory("wrong.html");
	const many = await report(...Array(5).fill(data), "--out", out);
	expect(many.code).toBe(2);
	expect(many.stderr).toContain("up to 4 side by side");
	const none = await report(inDirectory("none"), "--out", out);
	expect(none.code).toBe(2);
	expect(() => readFileSync(out)).toThrow("ENOENT");
});

test("of a plan whose dataset is gone there is a report that says so", async () => {
	const [buckets, plan] = ["gone", "plan"].map(inDirectory);
	for (const args of [
		[
			...["build", join(fixtures, "code"), "--tokenizer", tokenizerPath],
			...["--layout", "buckets", "--out", buckets, "--workers", "0"],
		],
		[
			...["curriculum", buckets, "--schedule", "natural", "--out", plan],
			...["--tokens-per-step", "8K", "--buckets", "512,1024"],
		],
	]) {
		const { code, stderr } = await seqpack(args);
		expect(code, stderr).toBe(0);
	}
	rmSync(buckets, { recursive: true });
	const out = inDirectory("plan.html");
	expect((await report(plan, "--out", out)).code).toBe(0);
	const { document } = parseHTML(readFileSync(out, "utf8"));
	expect(document.querySelector(".notice")?.textContent).toContain(
		"are not shown",
	);
	expect(document.querySelector("#curriculum svg")).not.toBeNull();
});

test("a corpus is read as its options say, and a dataset refuses them", async () => {
	const corpus = inDirectory("bodies.jsonl");
	writeFileSync(corpus, '{"body":"one document"}\n');
	const out = inDirectory("bodies.html");
	const field = ["--text-field", "body"];
	const { code, stderr } = await report(corpus, ...field, "--out", out);
	expect(code, stderr).toBe(0);
	const page = readFileSync(out, "utf8");
	expect(page).toContain("<bdi>one document</bdi>");
	// It has no tokens to draw a row or a mask of.
	expect(page).not.toMatch(/NaN|Attention mask/);
	const refused = await report(data, ...field, "--out", inDirectory("no.html"));
	expect(refused.code).toBe(2);
	expect(refused.stderr).toContain("--text-field would change nothing");
});

test("a link that leads nowhere is left as it is", async () => {
	const out = inDirectory("link.html");
	symlinkSync("nowhere", out);
	await expect(writeReport([data], { out })).rejects.toThrow(
		/is a link that leads nowhere, and is left as it is/,
	);
	expect(readlinkSync(out)).toBe("nowhere");
});

test("a report is written to an object store, and only a report is replaced there", async () => {
	const fake = await FakeS3.start();
	const out = "s3://bucket/pages/report.html";
	const { bytes } = await writeReport([data], { out });
	expect(fake.contents()["pages/report.html"]).toHaveLength(bytes);
	expect((await writeReport([data], { out })).status).toBe("already-written");
	await expect(writeReport([data], { out, title: "Other" })).rejects.toThrow(
		"is another report",
	);
	await writeReport([data], { out, overwrite: true });
	fake.put("pages/report.html", "a page of somebody else");
	await expect(writeReport([data], { out, overwrite: true })).rejects.toThrow(
		"is no report of seqpack",
	);
});
