import { join } from "node:path";
import type { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createProgram } from "../../cli/program.js";
import {
	directoryWith,
	seqpack,
	sharedDirectory,
	tokenizerPath,
} from "../helpers.js";

/** Commands that have no others, with their names. */
function commandsOf(command: Command, above = ""): [string, Command][] {
	return command.commands.flatMap((each): [string, Command][] => {
		const name = `${above}${each.name()}`;
		return each.commands.length > 0
			? commandsOf(each, `${name} `)
			: [[name, each]];
	});
}

const commands = commandsOf(createProgram());

test("there are commands", () => {
	expect(commands.length).toBeGreaterThan(15);
});

test.each(commands)("%s can be told how much to say", (_, command) => {
	const flags = command.options.map(({ long }) => long);
	expect(flags).toContain("--log-level");
	expect(flags).toContain("--quiet");
});

test.each(commands)("--help after any option of %s is help", (_, command) => {
	command.exitOverride();
	const print = vi.spyOn(command, "outputHelp").mockReturnValue();
	const withValue = command.options.filter(({ required }) => required);
	const words = [[], ...withValue.map(({ long }) => [long ?? ""])];
	for (const word of words)
		for (const help of ["--help", "-h"])
			expect(() =>
				command.parse([...word, help], { from: "user" }),
			).toThrowError("(outputHelp)");
	expect(print).toHaveBeenCalledTimes(2 * words.length);
});

describe("of a build that leaves a file out", () => {
	const shared = sharedDirectory();
	afterEach(() => {
		vi.unstubAllEnvs();
	});
	let run = 0;
	const build = async (...flags: string[]) => {
		const corpus = directoryWith({
			"a.jsonl": '{"text":"a good record"}\n',
			"b.xyz": "what is it",
		});
		const { code, stderr } = await seqpack([
			...["build", corpus, "--tokenizer", tokenizerPath, "--seq-len", "64"],
			...["--workers", "0", "--out", join(shared, String(run++)), ...flags],
		]);
		return { code, stderr };
	};

	test.each([
		["error", "--log-level", "error"],
		["error", "--quiet"],
		["error", "--quiet", "--log-level", "debug"],
		["warn", "--log-level", "warn"],
		["info"],
		["debug", "--log-level", "debug"],
	])("%s is said with %j %j", async (level, ...flags) => {
		const { code, stderr } = await build(...flags);
		expect(code).toBe(0);
		const rank = ["error", "warn", "info", "debug"].indexOf(level);
		expect(/unknown kind/.test(stderr)).toBe(rank >= 1);
		expect(/^Built /m.test(stderr)).toBe(rank >= 2);
		expect(
			/^\d{4}-\d\d-\d\dT[\d:.]+Z debug seqpack: task 0 is done in /m.test(
				stderr,
			),
		).toBe(rank >= 3);
		expect(/^\S+Z debug seqpack: seqpack \d/m.test(stderr)).toBe(rank >= 3);
		if (rank === 0) expect(stderr).toBe("");
	});

	test("the environment says it for all commands, and a flag comes before it", async () => {
		vi.stubEnv("SEQPACK_LOG_LEVEL", "error");
		expect((await build()).stderr).toBe("");
		expect((await build("--log-level", "info")).stderr).toMatch(/^Built /m);
		vi.stubEnv("SEQPACK_LOG_LEVEL", "loud");
		const { code, stderr } = await build();
		expect(code).toBe(2);
		expect(stderr).toMatch(
			/SEQPACK_LOG_LEVEL is "loud".*error, warn, info, debug/,
		);
		for (const command of ["verify", "tokenizer inspect"]) {
			const wrong = ["no-such-file", "--log-level", "none"];
			const told = await seqpack([...command.split(" "), ...wrong]);
			expect(told.code, command).toBe(2);
			expect(told.stderr, command).toMatch(/--log-level is "none"/);
		}
	});
});
