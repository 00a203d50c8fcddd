import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { run } from "../../cli/program.js";
import { exitCodes } from "../../src/core/exit-codes.js";
import { permutation } from "../../src/core/random.js";
import { casesOf, randomOf } from "../cases.js";
import { contentsOf, seqpack, sharedDirectory } from "../helpers.js";
import {
	type Inputs,
	isAsDue,
	successOf,
	type Writing,
	writeInputs,
	writings,
} from "./commands.js";

const directory = sharedDirectory();
let inputs: Inputs;
let all: Writing[];
beforeAll(async () => {
	inputs = await writeInputs(directory);
	all = writings(inputs);
});

const succeed = async (args: string[]) => {
	const ran = await seqpack(args, run);
	return { ...ran, code: successOf(args, ran) };
};

/** Commands that do again what is done, or say of their own what is left to do. */
const REDONE = ["plan", "run-tasks", "finalize", "python"];
const isRedone = (args: readonly string[]) =>
	REDONE.includes(args[0]) ||
	args.includes("--overwrite") ||
	args.includes("--append");

const CASES = casesOf({ daily: 2, everything: 1_000, share: 1 });

test("a command that is done says so when it is run again, and another one is refused", {
	timeout: 600_000,
}, async () => {
	const wrong: string[] = [];
	const order = [...permutation(all.length, randomOf("again", 0))];
	for (const number of order.slice(0, CASES)) {
		const own = all[number];
		const place = join(directory, "outputs", `again-${number}`);
		const problem = await problemOf(own, place).catch(String);
		if (problem !== null) wrong.push(`${own.name}: ${problem}`);
	}
	expect(wrong).toEqual([]);
});

async function problemOf(own: Writing, place: string): Promise<string | null> {
	const out = join(place, own.out ?? "out");
	for (const args of own.before?.(out) ?? []) await succeed(args);
	const args = own.args(out);
	const { code: due } = await succeed(args);
	const contents = contentsOf(place);
	const again = await seqpack(args, run);
	if (!isAsDue(own, again, due)) return `again ${again.code}: ${again.stderr}`;
	expect(contentsOf(place)).toEqual(contents);
	if (isRedone(args)) return null;
	if (!/already/.test(again.stderr)) return `again it said ${again.stderr}`;
	const other = all.find((one) => isOther(one, own));
	if (other === undefined) return null;
	const refused = await seqpack(other.args(out), run);
	if (refused.code !== exitCodes.usage.code)
		return `${other.name} over it ${refused.code}: ${refused.stderr}`;
	expect(contentsOf(place)).toEqual(contents);
	return null;
}

/** Whether it is the same command with other settings, which is not to replace anything. */
function isOther(one: Writing, own: Writing): boolean {
	const [command] = own.args("out");
	return (
		one.args("out")[0] === command &&
		one.args("out").join(" ") !== own.args("out").join(" ") &&
		one.out === own.out &&
		!isRedone(one.args("out"))
	);
}
