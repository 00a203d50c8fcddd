import { randomBytes } from "node:crypto";
import { EnvironmentError, UsageError } from "../core/errors.js";
import { parseJson } from "../core/json.js";
import { quoted } from "../core/text.js";
import {
	hasEnded,
	type ProcessIdentity,
	thisProcess,
	whereabouts,
} from "./process-identity.js";
import {
	isPartialName,
	readIfThere,
	type Storage,
	writeAll,
} from "./storage.js";

export interface Lock {
	/** Gives the lock back, if it is still held; never fails: a lock left behind is stale. */
	release(): Promise<void>;
	/** Whether nobody has removed or replaced it. */
	isHeld(): Promise<boolean>;
}

/** What a lock file holds, as JSON. */
interface Holder extends ProcessIdentity {
	/** When the lock was taken, as ISO 8601. */
	since: string;
	/** Random: tells this lock from all others. */
	word: string;
	/** Another number every few seconds as long as the holder lives; left out by versions that gave no such sign. */
	beat?: number;
}

/** How a holder that cannot be seen shows that it lives. */
export interface Pulse {
	/** Milliseconds from one sign of life to the next. */
	every: number;
	/** Milliseconds that who wants the lock waits for one before it takes the holder for ended. */
	silence: number;
}

const PULSE: Pulse = { every: 10_000, silence: 120_000 };

/**
 * Takes the lock that is a file at `path`; one process holds it, one time. A lock
 * whose process has ended is taken over. One of another host, container or run of the
 * machine is taken for ended when it has given no sign of life for as long as somebody
 * waits for one.
 *
 * Taking over: a file named after the random word of the stale lock is created, which
 * only one process can do; it is the heir, and alone may replace that lock, in one
 * step, so that there is a lock at every moment. An heir that ends before has heirs
 * in the same way. A claim to a lock that is gone already is given up.
 * @param what What is locked, to begin a sentence with: a path.
 * @throws UsageError `in-use` when another holds it, or when what is there is no lock
 */
export async function takeLock(
	storage: Storage,
	path: string,
	what: string,
	pulse = PULSE,
): Promise<Lock> {
	const word = randomBytes(12).toString("hex");
	const since = new Date().toISOString();
	const mine: Holder = { ...thisProcess(), since, word, beat: 0 };
	const isHeld = async () =>
		(await readHolder(storage, path, what).catch(() => null))?.word === word;
	let beating: NodeJS.Timeout | undefined;
	let sign = Promise.resolve();
	const giveSign = async () => {
		if (!(await isHeld())) return clearInterval(beating);
		mine.beat = (mine.beat ?? 0) + 1;
		await writeAll(storage, path, contentOf(mine));
	};
	const release = async () => {
		clearInterval(beating);
		await sign;
		// An error here would hide the one that ended the work.
		if (await isHeld()) await storage.remove(path).catch(() => {});
	};
	try {
		for (
			let tries = 1;
			!(await isTaken(storage, path, what, mine, pulse));
			tries++
		)
			if (tries === MOST_TRIES)
				throw new EnvironmentError(
					"in-use",
					`${what} may be in use: its lock ${path} can be neither made nor read. If it is a link, remove it; else try again.`,
				);
	} catch (error) {
		await release();
		throw error;
	}
	await removeClaims(storage, path).catch(() => {});
	beating = setInterval(() => {
		// What fails is made up for by the next.
		sign = sign.then(giveSign).catch(() => {});
	}, pulse.every);
	beating.unref();
	return { isHeld, release };
}

/** One try; false when the lock changed meanwhile. */
async function isTaken(
	storage: Storage,
	path: string,
	what: string,
	mine: Holder,
	pulse: Pulse,
): Promise<boolean> {
	const content = contentOf(mine);
	if (await storage.createExclusive(path, content)) return true;
	const holder = await readHolder(storage, path, what);
	if (holder === null) return false;
	// A storage may do what is asked, and fail to say so.
	if (holder.word === mine.word) return true;

	let last = holder;
	/** Where the last one says that it lives. */
	let place = path;
	let claim = claimPath(path, last.word);
	for (;;) {
		const isOver =
			hasEnded(last) || (await fallsSilent(storage, place, last, pulse));
		if (!isOver) throw inUse(path, what, last);
		if (await storage.createExclusive(claim, content)) break;
		const heir = await readHolder(storage, claim, what);
		if (heir === null) return false;
		if (heir.word === mine.word) break;
		last = heir;
		place = claim;
		claim = claimPath(path, last.word);
	}
	try {
		// Who had the claim before may have replaced the lock and removed the claim.
		const now = await readHolder(storage, path, what);
		const isHeir = now?.word === holder.word;
		if (isHeir) await writeAll(storage, path, content);
		return isHeir;
	} finally {
		await storage.remove(claim).catch(() => {});
	}
}

/**
 * Waits for a sign of life of a holder that cannot be seen from here; true where none
 * comes. By this clock alone: no two are compared.
 */
async function fallsSilent(
	storage: Storage,
	path: string,
	holder: Holder,
	{ every, silence }: Pulse,
): Promise<boolean> {
	if (holder.beat === undefined || whereabouts(holder) === null) return false;
	const until = performance.now() + silence;
	while (performance.now() < until) {
		await new Promise((resolve) => setTimeout(resolve, every / 4));
		const bytes = await readIfThere(storage, path);
		const now = bytes === null ? null : parseHolder(bytes.toString("utf8"));
		// Given back or taken over: whoever tries again sees it.
		if (now?.word !== holder.word) return true;
		if (now.beat !== holder.beat) return false;
	}
	return true;
}

function contentOf(holder: Holder): string {
	return `${JSON.stringify(holder)}\n`;
}

/** A try fails only where the lock changes hands in its middle. */
const MOST_TRIES = 100;

const CLAIM = ".heir";

function claimPath(path: string, word: string): string {
	return `${path}.${word}${CLAIM}`;
}

/** While a lock is held, claims to earlier ones are void, and may have been left behind. */
async function removeClaims(storage: Storage, path: string): Promise<void> {
	const [, directory = ".", name] = /^(?:(.*)\/)?([^/]*)$/.exec(path) ?? [];
	for (const other of await storage.list(directory))
		if (
			other.startsWith(`${name}.`) &&
			(other.endsWith(CLAIM) || isPartialName(other))
		)
			await storage.remove(`${directory}/${other}`);
}

/**
 * Who holds a lock; null when there is none.
 * @throws UsageError `in-use` for a file that is no lock. Locks appear whole, so it is
 * somebody else's; or, on a file system without hard links, of a process that is
 * writing it now or was killed right then. Only a person can tell.
 */
async function readHolder(
	storage: Storage,
	path: string,
	what: string,
): Promise<Holder | null> {
	const bytes = await readIfThere(storage, path);
	if (bytes === null) return null;
	const text = bytes.toString("utf8");
	const holder = parseHolder(text);
	if (holder === null)
		throw new UsageError(
			"in-use",
			`${what} may be in use: its lock ${path} does not say by whom (it holds ${quoted(text)}). If nothing is running there, remove ${path}.`,
		);
	return holder;
}

function parseHolder(text: string): Holder | null {
	let value: Partial<Holder> | null;
	try {
		value = parseJson(text);
	} catch {
		return null;
	}
	const isOne =
		typeof value?.host === "string" &&
		Number.isInteger(value.pid) &&
		(value.pid as number) > 0 &&
		typeof value.since === "string" &&
		typeof value.word === "string" &&
		/^\w+$/.test(value.word);
	return isOne ? (value as Holder) : null;
}

function inUse(path: string, what: string, holder: Holder): UsageError {
	const elsewhere = whereabouts(holder);
	const where = elsewhere ?? "on this machine";
	const who =
		elsewhere === null && holder.pid === process.pid
			? "this very process"
			: `process ${holder.pid} ${where}`;
	return new UsageError(
		"in-use",
		`${what} is in use by ${who} since ${holder.since}: wait until it is done, stop it, or choose another place. If it has ended, remove ${path}.`,
	);
}
