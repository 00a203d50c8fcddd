import { expect, test } from "vitest";
import { terminalOf } from "../../cli/terminal.js";

const screen = { isTTY: true, columns: 100, rows: 30 };
const pipe = {};

test.each([
	["a terminal", screen, {}, true],
	["a pipe", pipe, {}, false],
	["NO_COLOR", screen, { NO_COLOR: "1" }, false],
	["NO_COLOR that is empty", screen, { NO_COLOR: "" }, true],
	["CI", screen, { CI: "true" }, false],
	["CI that says no", screen, { CI: "false" }, true],
	["a dumb terminal", screen, { TERM: "dumb" }, false],
	["FORCE_COLOR on a pipe", pipe, { FORCE_COLOR: "1" }, true],
	["FORCE_COLOR that is empty", pipe, { FORCE_COLOR: "" }, true],
	["FORCE_COLOR in CI", pipe, { CI: "1", FORCE_COLOR: "3" }, true],
	["FORCE_COLOR that says no", screen, { FORCE_COLOR: "0" }, false],
	[
		"FORCE_COLOR beside NO_COLOR",
		screen,
		{ FORCE_COLOR: "1", NO_COLOR: "1" },
		true,
	],
])("colours: %s", (_, stream, env: NodeJS.ProcessEnv, hasColour) => {
	const terminal = terminalOf(stream, {}, env);
	expect(terminal.hasColour).toBe(hasColour);
	expect(terminal.style("red", "a")).toBe(
		hasColour ? "\x1b[31ma\x1b[39m" : "a",
	);
	expect(terminal.style(["bold", "cyan"], "")).toBe("");
});

test.each([
	["a terminal", screen, {}, {}, true],
	["a pipe", pipe, {}, {}, false],
	["--json", screen, {}, { json: true }, false],
	["CI", screen, { CI: "1" }, {}, false],
	["a dumb terminal", screen, { TERM: "dumb" }, {}, false],
	["NO_COLOR", screen, { NO_COLOR: "1" }, {}, true],
	["FORCE_COLOR on a pipe", pipe, { FORCE_COLOR: "1" }, {}, false],
])("drawing anew: %s", (_, stream, env: NodeJS.ProcessEnv, options, isLive) => {
	expect(terminalOf(stream, options, env).isLive).toBe(isLive);
});

test("what programs read has no colours, even where they are forced", () => {
	const env = { FORCE_COLOR: "1" };
	expect(terminalOf(screen, { json: true }, env).hasColour).toBe(false);
});

test("its size is what it is now, and that of a usual terminal where it is not known", () => {
	const stream = { ...screen };
	const terminal = terminalOf(stream, {}, {});
	expect(terminal.columns).toBe(100);
	stream.columns = 60;
	expect(terminal.columns).toBe(60);
	expect(terminalOf(pipe, {}, {})).toMatchObject({ columns: 80, rows: 24 });
	expect(
		terminalOf({ isTTY: true, columns: 0, rows: 0 }, {}, {}),
	).toMatchObject({ columns: 80, rows: 24 });
});

test("blocks are for terminals that have them", () => {
	expect(terminalOf(screen, {}, { TERM: "xterm" }).hasUnicode).toBe(true);
	expect(terminalOf(screen, {}, { TERM: "linux" }).hasUnicode).toBe(false);
	expect(terminalOf(screen, {}, { TERM: "dumb" }).hasUnicode).toBe(false);
});
