import { afterEach, describe, expect, test, vi } from "vitest";
import { ProgressDisplay } from "../../cli/progress.js";
import { say, saySentence, setJson, setLogLevel } from "../../cli/say.js";
import { terminalOf } from "../../cli/terminal.js";
import { type Progress, progressOf } from "../../src/core/progress.js";
import { Screen } from "./screen.js";

const MB = 1e6;

/** A build of 100 MB, which reads 10 MB a second. */
function at(seconds: number, more: Partial<Progress> = {}): Progress {
	return progressOf("reading", "task", {
		...{ done: Math.floor(seconds), total: 10 },
		...{ bytes: 10 * MB * seconds, totalBytes: 100 * MB },
		...{ documents: 100 * seconds, tokens: 2e6 * seconds },
		...more,
	});
}

/** What tells on a stream, by a clock that is set. */
async function displayOn(stream: Screen | Log, env: NodeJS.ProcessEnv = {}) {
	const clock = { seconds: 0 };
	const display = await ProgressDisplay.open({
		stream,
		terminal: terminalOf(stream, { json: false }, env),
		now: () => 1000 * clock.seconds,
		memory: () => 210 * MB,
	});
	const update = (seconds: number, more?: Partial<Progress>) => {
		clock.seconds = seconds;
		display.update(at(seconds, more));
	};
	return { display, update };
}

/** A stream that is no terminal. */
class Log {
	readonly isTTY = false;
	text = "";
	write(text: string) {
		this.text += text;
	}
}

/** Keeps what is said beside what is drawn. */
function saidOn(screen: Screen) {
	vi.spyOn(process.stderr, "write").mockImplementation((text) =>
		screen.write(String(text)),
	);
}

let open: ProgressDisplay[] = [];
const shown = async (...given: Parameters<typeof displayOn>) => {
	const made = await displayOn(...given);
	open.push(made.display);
	return made;
};

afterEach(() => {
	for (const display of open) display.stop();
	open = [];
	setJson(false);
	setLogLevel("info");
	vi.restoreAllMocks();
});

describe("on a terminal", () => {
	test("one block is drawn anew, and goes when all is done", async () => {
		const screen = new Screen(80);
		const { display, update } = await shown(screen);
		update(0.1);
		expect(screen.lines).toEqual([]);
		for (let tenth = 5; tenth <= 60; tenth++) update(tenth / 10);
		expect(screen.lines.join("\n")).toMatchInlineSnapshot(`
			"reading  █████████████████████▏░░░░░░░░░░░░░░   59 % · 5 of 10 tasks · 4 s left
			         59.0 MB of 100 MB · 10.0 MB/s · 11,800,000 tokens · 2,000,000 tokens/s
			         210 MB of memory"
		`);
		display.stop();
		expect(screen.lines).toEqual([]);
	});

	test("it is drawn on a terminal that does not say how high it is", async () => {
		const screen = new Screen(80, 0);
		const { update } = await shown(screen);
		update(1);
		expect(screen.lines[0]).toMatch(/^reading {2}█/);
	});

	test("lines that are said stand above it, in their order", async () => {
		const screen = new Screen(80);
		saidOn(screen);
		const { display, update } = await shown(screen);
		say("before\n");
		for (let second = 1; second <= 5; second++) {
			update(second);
			saySentence(`second ${second}`, "info");
			if (second === 3) say(`${"long ".repeat(40)}\n`);
		}
		const block = screen.lines.slice(-3);
		expect(block[0]).toMatch(/^reading {2}█/);
		expect(screen.lines.slice(0, -3).map((line) => line.slice(0, 20))).toEqual([
			"before",
			...[1, 2, 3].map((second) => `seqpack: second ${second}`),
			...Array(3).fill("long long long long "),
			...[4, 5].map((second) => `seqpack: second ${second}`),
		]);
		display.stop();
		say("after\n");
		expect(screen.lines.at(-1)).toBe("after");
		expect(screen.lines).toHaveLength(10);
	});

	test.each([
		[140, 60],
		[80, 41],
		[60, 140],
		[80, 20],
	])(
		"what becomes %i and then %i columns wide keeps nothing of before",
		async (from, to) => {
			const screen = new Screen(from);
			saidOn(screen);
			const { update } = await shown(screen);
			say("before\n");
			for (let second = 1; second <= 5; second++) update(second);
			screen.resize(to);
			const again = new Screen(to);
			const other = await shown(again);
			for (let second = 1; second <= 5; second++) other.update(second);
			expect(screen.lines).toEqual(["before", ...again.lines]);
			update(5.5);
			other.update(5.5);
			expect(screen.lines).toEqual(["before", ...again.lines]);
		},
	);

	test("the cursor is never hidden, so that nothing has to bring it back", async () => {
		const screen = new Screen(80);
		const { update } = await shown(screen);
		for (let second = 1; second <= 5; second++) update(second);
		expect(screen.isCursorShown).toBe(true);
		expect(screen.written).not.toContain("\x1b[?25");
		// What is written at once is shown at once, and whole.
		expect(screen.written.split("\x1b[?2026h").length).toBe(
			screen.written.split("\x1b[?2026l").length,
		);
	});

	test("after it was stopped and continues, it is drawn below what others wrote", async () => {
		const screen = new Screen(80);
		const { update } = await shown(screen);
		update(1);
		update(2);
		screen.write("$ fg\n");
		process.emit("SIGCONT");
		update(3);
		update(4);
		const drawn = screen.lines.indexOf("$ fg");
		expect(drawn).toBeGreaterThan(0);
		expect(screen.lines[drawn + 1]).toMatch(/^reading.* 4 of 10 tasks/);
		expect(screen.lines.filter((line) => /^reading/.test(line))).toHaveLength(
			2,
		);
	});

	test("--quiet draws nothing", async () => {
		setLogLevel("error");
		const screen = new Screen(80);
		const { update } = await shown(screen);
		for (let second = 1; second <= 20; second++) update(second);
		expect(screen.written).toBe("");
	});

	test("CI gets lines", async () => {
		const screen = new Screen(80);
		const { update } = await shown(screen, { CI: "true" });
		for (let second = 0; second <= 9; second++) update(second);
		expect(screen.written).not.toContain("\x1b");
		expect(screen.written.split("\n")).toHaveLength(2);
	});
});

test("elsewhere there is a line every five seconds", async () => {
	const log = new Log();
	const { update } = await shown(log);
	for (let tenth = 0; tenth <= 99; tenth++) update(tenth / 10);
	expect(log.text).toMatchInlineSnapshot(`
		"reading: 50 % · 5 of 10 tasks · 5 s left · 50.0 MB of 100 MB · 10.0 MB/s · 10,000,000 tokens · 2,000,000 tokens/s · 210 MB of memory
		"
	`);
	update(10);
	expect(log.text.split("\n")).toHaveLength(3);
});

test("with --json there are events: one a second, and one a stage", async () => {
	setJson(true);
	let text = "";
	vi.spyOn(process.stderr, "write").mockImplementation((part) => {
		text += part;
		return true;
	});
	const { update } = await shown(new Log());
	for (let tenth = 0; tenth <= 30; tenth++) update(tenth / 10);
	update(3.1, { stage: "repacking" });
	saySentence("a notice", "warn");
	const events = text
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
	expect(events.map(({ event, seconds }) => [event, seconds])).toEqual([
		["progress", 0],
		["progress", 1],
		["progress", 2],
		["progress", 3],
		["progress", 3.1],
		["notice", undefined],
	]);
	expect(events.at(-1)).toEqual({
		...{ version: 1, event: "notice", level: "warn", message: "a notice" },
	});
	expect(events[3]).toEqual({
		...{ version: 1, event: "progress", stage: "reading" },
		...{ done: 3, total: 10, unit: "task" },
		...{ bytes: 30 * MB, totalBytes: 100 * MB },
		...{ documents: 300, tokens: 6e6, packed: null },
		...{ seconds: 3, bytesPerSecond: 10 * MB, tokensPerSecond: 2e6 },
		...{ secondsLeft: 7, memory: 210 * MB },
	});
});
