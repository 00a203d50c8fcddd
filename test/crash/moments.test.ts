import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { permutation } from "../../src/core/random.js";
import { casesOf, isDaily, randomOf } from "../cases.js";
import { seqpack, sharedDirectory } from "../helpers.js";
import { MortalFiles } from "../storage/mortal-files.js";
import {
	type Inputs,
	isAsDue,
	readers,
	type Writing,
	writeInputs,
	writings,
} from "./commands.js";
import { Attempts, type End } from "./in-process.js";

const directory = sharedDirectory();
let inputs: Inputs;
let all: Writing[];
beforeAll(async () => {
	inputs = await writeInputs(directory);
	all = writings(inputs);
});

test("every command that writes is tried", async () => {
	const { stdout } = await seqpack(["--help"]);
	const commands = stdout.split("\nCommands:\n")[1].split("\n\n")[0];
	const names = [...commands.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
	expect(names.length).toBeGreaterThan(15);
	const tried = new Set(all.map(({ args }) => args("out")[0]));
	expect([...tried, ...readers].sort()).toEqual(names.sort());
});

/** Of all kills so many are here; the others are of processes. */
const CASES = casesOf({ daily: 37, share: 0.9 });

test(`ended at ${CASES} moments, a command that is run again writes the same bytes`, {
	timeout: 60_000 + 10_000 * CASES,
}, async () => {
	const files = new MortalFiles();
	const attempts = new Map<Writing, Attempts>();
	const wrong: string[] = [];
	const tried = some(Math.ceil(CASES / 4));
	for (let number = 0; number < CASES; number++) {
		const random = randomOf("moments", number);
		const own = tried[number % tried.length];
		let attempt = attempts.get(own);
		if (attempt === undefined) {
			const place = join(directory, "outputs", String(attempts.size));
			mkdirSync(place);
			attempt = new Attempts(own, files, place);
			attempts.set(own, attempt);
		}
		const problem = await problemOf(own, attempt, random).catch(String);
		if (problem !== null)
			wrong.push(`moments ${number}, ${own.name}, ${problem}`);
	}
	expect(wrong).toEqual([]);
});

/** Commands and endings at which something stayed, or was lost, in earlier versions. */
test.skipIf(isDaily).each<[string, End["ending"]]>([
	["pack records, passed through, over others", "tear"],
	["curriculum of documents in order, over another", "power"],
	["export the steps of a plan, over another export", "power"],
	["export over one of the same names", "kill"],
	["export over one of the same names", "fail"],
	["export over one of the same names", "power"],
	["compose a file", "fail"],
	["compose a file and a list of what was injected", "power"],
])("%s, ended by %s at every moment", async (name, ending) => {
	const own = all.find((one) => one.name === name) as Writing;
	const place = join(directory, "outputs", `${name} ${ending}`);
	mkdirSync(place);
	const attempt = new Attempts(own, new MortalFiles(), place);
	const { deeds } = await attempt.unbroken();
	const wrong: unknown[] = [];
	for (let moment = 0; moment < deeds; moment++)
		for (let draw = 0; draw < 3; draw++) {
			const random = randomOf(name, 3 * moment + draw);
			wrong.push(await problemOf(own, attempt, random, { ending, moment }));
		}
	expect(wrong.filter((problem) => problem !== null)).toEqual([]);
});

/** So many of what writes, as chance has it: of each command one, then others. */
function some(count: number): Writing[] {
	const order = permutation(all.length, randomOf("moments", -1));
	const shuffled = Array.from(order, (i) => all[i]);
	const commandOf = ({ args }: Writing) => args("out")[0];
	const isFirst = (one: Writing) =>
		shuffled.find((other) => commandOf(other) === commandOf(one)) === one;
	return [
		...shuffled.filter(isFirst),
		...shuffled.filter((one) => !isFirst(one)),
	].slice(0, count);
}

/** What is wrong with a command after one of its attempts was ended; null where nothing is. */
async function problemOf(
	own: Writing,
	attempt: Attempts,
	random: () => number,
	given?: End,
): Promise<string | null> {
	const { contents, before, code: due } = await attempt.unbroken();
	attempt.reset();
	const { ending, moment, code, stderr } = await attempt.end(random, given);
	const what = `${ending} before change ${moment}`;
	if (ending === "fail" && code !== due && code !== 1)
		return `${what}: exit code ${code}: ${stderr}`;
	if (ending === "fail" && /this should not have happened/.test(stderr))
		return `${what}: ${stderr}`;
	if (own.replaces) {
		const lost = lostOf(before, contents, attempt.contents());
		if (lost.length > 0) return `${what}: lost ${lost.join(", ")}`;
	}
	const again = await attempt.again();
	const other = differing(contents, attempt.contents());
	if (other.length > 0)
		return `${what}, first ${code} ${stderr}then ${again.code} ${again.stderr}: other ${other.join(", ")}`;
	if (!isAsDue(own, again, due))
		return `${what}, then exit code ${again.code}: ${again.stderr}`;
	return null;
}

type Contents = Readonly<Record<string, string>>;

/** Files that are another one than is due, not there, or not due. */
function differing(due: Contents, found: Contents): string[] {
	return [...new Set([...Object.keys(due), ...Object.keys(found)])].filter(
		(path) => due[path] !== found[path],
	);
}

/** What tells of a dataset or a plan, and is written last. */
const MANIFESTS = /^out\/(seqpack|records|curriculum|seqpack-export)\.json$/;
/** What stands beside a manifest, and comes to its place right before it. */
const BESIDE = /\/(README\.md|dataset_info\.json|state\.json)$/;

/** Where an export is while another one takes its place. */
const aside = (path: string) => path.replace(/^out\//, "out/.seqpack/before/");

/** Files of a dataset that are not there whole, be it the old one or the new one, as its manifest says. */
function lostOf(before: Contents, after: Contents, found: Contents): string[] {
	const manifest = Object.keys(before).find((path) => MANIFESTS.test(path));
	if (manifest === undefined) return ["no manifest"];
	const due = found[manifest] === after[manifest] ? after : before;
	return Object.keys(due).filter(
		(path) =>
			!path.includes("/.seqpack/") &&
			!BESIDE.test(path) &&
			found[path] !== due[path] &&
			found[aside(path)] !== due[path],
	);
}
