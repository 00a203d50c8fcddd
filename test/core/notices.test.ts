import { expect, test } from "vitest";
import {
	isTold,
	type LogLevel,
	logLevels,
	noticesUpTo,
} from "../../src/core/notices.js";

test("what is asked for is told, and what matters more", () => {
	const told = logLevels.map((asked) =>
		logLevels.filter((level) => isTold(level, asked)),
	);
	expect(told).toEqual([
		["error"],
		["error", "warn"],
		["error", "warn", "info"],
		["error", "warn", "info", "debug"],
	]);
});

test("notices are told up to info, unless something else is asked for", () => {
	const told = (asked?: LogLevel) => {
		const levels: LogLevel[] = [];
		const tell = noticesUpTo(asked, (_, level) => levels.push(level));
		for (const level of logLevels) tell("x", level);
		return levels;
	};
	expect(told()).toEqual(["error", "warn", "info"]);
	expect(told("warn")).toEqual(["error", "warn"]);
	expect(told("debug")).toEqual([...logLevels]);
});
