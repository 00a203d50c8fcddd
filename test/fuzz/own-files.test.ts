// Changes files that seqpack wrote, and has them read: each ends in what the sound files give, in a result
// of files that say something else, or in an error that a person can act on.
import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import {
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Random, randomBelow } from "../../src/core/random.js";
import { canonicalJson } from "../../src/storage/hash.js";
import { casesOf, isDaily, randomOf, seed } from "../cases.js";
import { filesBelow, root, sharedDirectory } from "../helpers.js";
import { mutateBytes, mutateJson, pick } from "./mutate.js";
import { type Action, type FileSet, makeSets } from "./own-files-sets.js";

const cases = casesOf({ daily: 120, share: 0.35 });

/** A case is tried on two busy cores: what takes longer hangs. */
const MOST_SECONDS = 5;
const HANGS_AFTER = 60;
const MOST_MEGABYTES = 700;
const LONGEST_MESSAGE = 25_000;

const directory = sharedDirectory();
const files = join(directory, "files");
const out = join(directory, "out");

interface Outcome {
	result?: unknown;
	code?: string;
	message?: string;
	untyped?: string;
	stray?: string;
	isPolluted?: boolean;
	seconds: number;
	megabytes: number;
}

let sets: FileSet[] = [];
/** What the sound files give. */
const sound = new Map<Action, Outcome>();
let listing: string[] = [];
let child: ChildProcess | null = null;

function start(): ChildProcess {
	return fork(join(root, "test/fuzz/own-files-actions.mjs"), [], {
		execArgv: ["--max-old-space-size=512"],
		stdio: ["ignore", "pipe", "pipe", "ipc"],
		env: { PATH: process.env.PATH, HOME: directory },
	});
}

/** What comes of an action, in a process that is ended where it hangs. */
async function outcomeOf(action: Action, number: number): Promise<Outcome> {
	child ??= start();
	const { writes, ...given } = action;
	const task = { ...given, number, ...(writes && { out }) };
	const worker = child;
	return new Promise((resolve) => {
		const ends = (what: string) => {
			child = null;
			worker.removeAllListeners();
			worker.kill("SIGKILL");
			resolve({ untyped: what, seconds: 0, megabytes: 0 });
		};
		const timer = setTimeout(
			() => ends(`no end within ${HANGS_AFTER} s`),
			HANGS_AFTER * 1000,
		);
		worker.once("exit", (code, signal) => {
			clearTimeout(timer);
			ends(`the process ended with ${code ?? signal}`);
		});
		worker.once("message", (outcome: Outcome) => {
			clearTimeout(timer);
			worker.removeAllListeners();
			resolve(outcome);
		});
		worker.send(task);
	});
}

beforeAll(async () => {
	mkdirSync(files);
	sets = await makeSets(files);
	if (isDaily)
		for (const [number, set] of sets.entries()) takeFewer(set, number);
	for (const { name, actions } of sets)
		for (const action of actions) {
			const outcome = await outcomeOf(action, 0);
			const { untyped, stray } = outcome;
			expect(untyped ?? stray, `${name} ${JSON.stringify(action)}`).toBe(
				undefined,
			);
			// What this dataset does not have is refused whatever its files say.
			if (outcome.code !== undefined) continue;
			sound.set(action, outcome);
			rmSync(out, { recursive: true, force: true });
		}
	for (const set of sets) {
		set.actions = set.actions.filter((action) => sound.has(action));
		expect(set.actions, set.name).not.toEqual([]);
	}
	listing = namesBeside();
}, 600_000);

afterAll(() => child?.kill("SIGKILL"));

/** Every day each format is exported from some datasets, not from all. */
function takeFewer(set: FileSet, number: number): void {
	set.actions = set.actions.filter(
		({ action }, i) => action !== "export" || i % 4 === number % 4,
	);
}

/** What lies beside the files that are changed: nothing else may come to be. */
function namesBeside(): string[] {
	return [directory, files].flatMap((place) => readdirSync(place)).sort();
}

interface Change {
	path: string;
	before: Buffer;
}

/** Files by which others are known: by their hash, or a number of bytes. */
const isList = (path: string) => path.endsWith(".json");

/** Changes a file; one time in two what lists it says so. */
function change(set: FileSet, random: Random): Change[] {
	const all = set.directories.flatMap((place) =>
		filesBelow(place)
			.filter((path) => !path.endsWith("README.md") && !path.endsWith("lock"))
			.map((path) => join(place, path)),
	);
	// Lists are few, and say most.
	const lists = all.filter(isList);
	const path = pick(
		lists.length > 0 && randomBelow(random, 2) === 0 ? lists : all,
		random,
	);
	const before = readFileSync(path);
	const others = all.slice(0, 8).map((other) => readFileSync(other));
	const after = isList(path)
		? mutateJson(before, random)
		: mutateBytes(before, random, others);
	writeFileSync(path, after);
	const changes = [{ path, before }];
	if (randomBelow(random, 3) > 0) fitLists(changes, lists);
	return changes;
}

/** Has the lists say what the files that were changed are now, and those that list them in turn. */
function fitLists(changes: Change[], lists: readonly string[]): void {
	for (let i = 0; i < changes.length && i < 10; i++) {
		const { path, before } = changes[i];
		if (path.endsWith("curriculum.json")) fitPlanHash(path);
		const after = readFileSync(path);
		const [old, now] = [digestOf(before), digestOf(after)];
		if (old === now) continue;
		for (const list of lists) {
			if (list === path) continue;
			const text = readFileSync(list);
			if (!text.includes(old)) continue;
			const known = changes.some((each) => each.path === list);
			if (!known) changes.push({ path: list, before: text });
			writeFileSync(
				list,
				JSON.stringify(replaced(JSON.parse(`${text}`), old, now, after.length)),
			);
		}
	}
}

function fitPlanHash(path: string): void {
	try {
		const { planHash, ...plan } = JSON.parse(readFileSync(path, "utf8"));
		const hash = digestOf(Buffer.from(canonicalJson(plan)));
		writeFileSync(path, JSON.stringify({ ...plan, planHash: hash }));
	} catch {
		// It is no plan any more.
	}
}

function replaced(
	value: unknown,
	old: string,
	now: string,
	bytes: number,
): unknown {
	if (value === old) return now;
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value))
		return value.map((each) => replaced(each, old, now, bytes));
	const entries = Object.entries(value).map(([name, each]) => [
		name,
		replaced(each, old, now, bytes),
	]);
	const changed = Object.fromEntries(entries);
	if ((value as { sha256?: unknown }).sha256 === old) changed.bytes = bytes;
	return changed;
}

function digestOf(bytes: Buffer): string {
	return createHash("sha256").update(bytes).digest("hex");
}

/** What is wrong with an outcome; null where nothing is. */
function faultOf(outcome: Outcome): string | null {
	const { untyped, stray, isPolluted, message, seconds, megabytes } = outcome;
	if (untyped !== undefined) return untyped;
	if (stray !== undefined) return stray;
	if (isPolluted) return "what every object inherits is changed";
	if (message !== undefined && /\n {4}at /.test(message)) return message;
	if ((message?.length ?? 0) > LONGEST_MESSAGE)
		return `an error of ${message?.length} letters`;
	if (seconds > MOST_SECONDS) return `it takes ${seconds} s`;
	if (megabytes > MOST_MEGABYTES) return `it takes ${megabytes} MB`;
	return null;
}

/** Actions whose result is that of the files, so that a file that is not what is listed is noticed or changes nothing. */
function isSilent(
	action: Action,
	changes: readonly Change[],
	{ result }: Outcome,
): boolean {
	const due = sound.get(action)?.result;
	if (typeof result !== "string" || typeof due !== "string") return false;
	if (result === due) return false;
	// Files and lists fit each other: they say something else.
	if (changes.length > 1 || isList(changes[0].path)) return false;
	// Of rows that are read at random, verify says what is wrong.
	return action.action !== "rows" &&
		action.action !== "row" &&
		action.action !== "documents"
		? !/\/(data|index)\//.test(changes[0].path)
		: false;
}

test(
	"what is read of files that were changed is right, or ends in a sentence",
	async () => {
		const counts = new Map<string, number>();
		const note = (what: string) =>
			counts.set(what, (counts.get(what) ?? 0) + 1);
		const only = process.env.SEQPACK_CASE;
		const faults: string[] = [];
		for (let number = 0; number < cases; number++) {
			if (only !== undefined && Number(only) !== number) continue;
			const random = randomOf("own files", number);
			const set = pick(sets, random);
			const action = pick(set.actions, random);
			const changes = change(set, random);
			const outcome = await outcomeOf(action, number);
			const paths = changes.map(({ path }) => path.slice(files.length + 1));
			const beside = namesBeside();
			rmSync(out, { recursive: true, force: true });
			for (const { path, before } of changes) writeFileSync(path, before);
			const fault =
				faultOf(outcome) ??
				(isSilent(action, changes, outcome)
					? "another result in silence"
					: null) ??
				(beside.join() === listing.join() ? null : `it made ${beside}`);
			note(
				outcome.code ??
					(outcome.result === sound.get(action)?.result
						? "as before"
						: "other result"),
			);
			if (fault === null) continue;
			faults.push(
				`case ${number} of seed ${seed}: ${action.action} ${action.to ?? ""} of ${set.name} with ${paths}: ${fault}`,
			);
			if (only !== undefined)
				console.log(outcome, changes[0].before.toString());
			if (faults.length >= Number(process.env.SEQPACK_FAULTS ?? 5)) break;
		}
		if (process.env.SEQPACK_CASES !== undefined)
			console.log(`own files, seed ${seed}:`, Object.fromEntries(counts));
		expect(faults).toEqual([]);
	},
	24 * 3_600_000,
);
