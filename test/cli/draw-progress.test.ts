import { expect, test } from "vitest";
import {
	drawProgress,
	progressLine,
	type ShownProgress,
} from "../../cli/draw-progress.js";
import { terminalOf } from "../../cli/terminal.js";
import { widthOf } from "../../cli/width.js";

const reading: ShownProgress = {
	...{ stage: "reading", done: 41, total: 64, unit: "task" },
	...{ bytes: 1.24e9, totalBytes: 2e9 },
	...{ documents: 215_400, tokens: 312_400_123, atWork: [] },
	packed: { rows: 38_144, tokens: 312_370_000, room: 312_475_648 },
	...{ seconds: 52, bytesPerSecond: 24.1e6, tokensPerSecond: 6_214_512 },
	...{ secondsLeft: 200, memory: 1.93e9 },
};

const verifying: ShownProgress = {
	...{ stage: "verifying", done: 3, total: 120, unit: "file" },
	...{ bytes: 1.24e8, totalBytes: 2e9, documents: 0, tokens: 0, atWork: [] },
	...{ packed: null, seconds: 2, bytesPerSecond: null, tokensPerSecond: null },
	...{ secondsLeft: null, memory: 2.1e8 },
};

const exporting: ShownProgress = {
	...verifying,
	...{ stage: "exporting", done: 12_800, total: null, unit: "row" },
	...{ bytes: 0, totalBytes: null, tokens: 26_214_400 },
	tokensPerSecond: 8_123_456,
};

const plain = (columns: number, env: NodeJS.ProcessEnv = { NO_COLOR: "1" }) =>
	terminalOf({ isTTY: true, columns }, {}, env);

const drawn = (shown: ShownProgress, columns: number) =>
	`\n${drawProgress(shown, plain(columns)).join("\n")}\n`;

test("a block of 140 columns", () => {
	expect(drawn(reading, 140)).toMatchInlineSnapshot(`
		"
		reading  ████████████████████████▊░░░░░░░░░░░░░░░   62 % · 41 of 64 tasks · 3 m 20 s left
		         1.2 GB of 2.0 GB · 24.1 MB/s · 312,400,123 tokens · 6,210,000 tokens/s · 38,144 rows, 99.97 % full · 1.9 GB of memory
		"
	`);
	expect(drawn(verifying, 140)).toMatchInlineSnapshot(`
		"
		verifying  ██▍░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░    6 % · 3 of 120 files
		           124 MB of 2.0 GB · 210 MB of memory
		"
	`);
	expect(drawn(exporting, 140)).toMatchInlineSnapshot(`
		"
		exporting  12,800 rows
		           26,214,400 tokens · 8,120,000 tokens/s · 210 MB of memory
		"
	`);
});

test("a block of 80 columns", () => {
	expect(drawn(reading, 80)).toMatchInlineSnapshot(`
		"
		reading  ██████████████████▌░░░░░░░░░░░   62 % · 41 of 64 tasks · 3 m 20 s left
		         1.2 GB of 2.0 GB · 24.1 MB/s · 312,400,123 tokens · 6,210,000 tokens/s
		         38,144 rows, 99.97 % full · 1.9 GB of memory
		"
	`);
	expect(drawn(verifying, 80)).toMatchInlineSnapshot(`
		"
		verifying  ██▍░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░    6 % · 3 of 120 files
		           124 MB of 2.0 GB · 210 MB of memory
		"
	`);
	expect(drawn(exporting, 80)).toMatchInlineSnapshot(`
		"
		exporting  12,800 rows
		           26,214,400 tokens · 8,120,000 tokens/s · 210 MB of memory
		"
	`);
});

test("a block of 60 columns", () => {
	expect(drawn(reading, 60)).toMatchInlineSnapshot(`
		"
		reading  ██████▏░░░   62 % · 41 of 64 tasks · 3 m 20 s left
		         1.2 GB of 2.0 GB · 24.1 MB/s · 312,400,123 tokens
		         6,210,000 tokens/s · 38,144 rows, 99.97 % full
		         1.9 GB of memory
		"
	`);
	expect(drawn(verifying, 60)).toMatchInlineSnapshot(`
		"
		verifying  █▍░░░░░░░░░░░░░░░░░░░░░░    6 % · 3 of 120 files
		           124 MB of 2.0 GB · 210 MB of memory
		"
	`);
	expect(drawn(exporting, 60)).toMatchInlineSnapshot(`
		"
		exporting  12,800 rows
		           26,214,400 tokens · 8,120,000 tokens/s
		           210 MB of memory
		"
	`);
});

test("a block in colours", () => {
	const terminal = plain(80, { TERM: "xterm-256color" });
	expect(
		drawProgress(reading, terminal).join("\n").replaceAll("\x1b", "ESC"),
	).toMatchInlineSnapshot(`
		"ESC[1mreadingESC[22m  ESC[36m██████████████████▌ESC[39mESC[2m░░░░░░░░░░░ESC[22m   62 % · 41 of 64 tasks · 3 m 20 s left
		ESC[2m         1.2 GB of 2.0 GB · 24.1 MB/s · 312,400,123 tokens · 6,210,000 tokens/sESC[22m
		ESC[2m         38,144 rows, 99.97 % full · 1.9 GB of memoryESC[22m"
	`);
});

test("a block of a terminal that has ASCII alone", () => {
	const terminal = plain(80, { TERM: "linux", NO_COLOR: "1" });
	const text = drawProgress(reading, terminal).join("\n");
	expect(text).toMatchInlineSnapshot(`
		"reading  ###################.............   62 %, 41 of 64 tasks, 3 m 20 s left
		         1.2 GB of 2.0 GB, 24.1 MB/s, 312,400,123 tokens, 6,210,000 tokens/s
		         38,144 rows, 99.97 % full, 1.9 GB of memory"
	`);
	expect(text).toMatch(/^[ -~\n]*$/);
});

test("a line of a log", () => {
	expect(progressLine(reading)).toMatchInlineSnapshot(
		`"reading: 62 % · 41 of 64 tasks · 3 m 20 s left · 1.2 GB of 2.0 GB · 24.1 MB/s · 312,400,123 tokens · 6,210,000 tokens/s · 38,144 rows, 99.97 % full · 1.9 GB of memory"`,
	);
	expect(progressLine(verifying)).toMatchInlineSnapshot(
		`"verifying: 6 % · 3 of 120 files · 124 MB of 2.0 GB · 210 MB of memory"`,
	);
	expect(progressLine(exporting)).toMatchInlineSnapshot(
		`"exporting: 12,800 rows · 26,214,400 tokens · 8,120,000 tokens/s · 210 MB of memory"`,
	);
});

test("no line is as wide as the terminal, and none is lost that fits", () => {
	for (const shown of [reading, verifying, exporting])
		for (const columns of [
			1, 5, 12, 20, 33, 47, 59, 60, 61, 80, 99, 140, 200,
		]) {
			const lines = drawProgress(shown, plain(columns));
			for (const line of lines)
				expect(widthOf(line)).toBeLessThanOrEqual(Math.max(1, columns - 1));
			if (columns >= 60) expect(lines.join("")).not.toContain("…");
		}
});

test("all is done only where all is done", () => {
	const first = (shown: Partial<ShownProgress>) =>
		drawProgress({ ...reading, ...shown }, plain(80))[0];
	expect(first({ bytes: 2e9 })).toContain(" 99 %");
	expect(first({ bytes: 2e9, done: 64 })).toContain("100 %");
	expect(first({ bytes: 0, totalBytes: 0, total: 0 })).toContain("100 %");
	expect(first({ bytes: 0, done: 0 })).toContain("  0 %");
});
