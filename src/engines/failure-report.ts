import { readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import {
	availableParallelism,
	freemem,
	hostname,
	release,
	tmpdir,
	totalmem,
} from "node:os";
import { dirname, join } from "node:path";
import { failureName, keepFailure, withoutNewest } from "../build/failures.js";
import { readPlan, requireOurs } from "../build/output-directory.js";
import type { Plan } from "../build/plan.js";
import { DataError, SeqpackError } from "../core/errors.js";
import { exitCodes } from "../core/exit-codes.js";
import type { Progress } from "../core/progress.js";
import { redacted } from "../core/secrets.js";
import { shortened } from "../core/text.js";
import { recordReasons } from "../documents/record-reasons.js";
import { storageAt } from "../storage/storages.js";
import { usableCpus } from "../storage/usable-cpus.js";
import { version } from "../version.js";
import { failedIn } from "./failed-in.js";

/** What had failed, and was doing what. */
export interface FailedWork {
	/** The words that name the command. */
	command: string;
	/** What it was given. */
	options: Readonly<Record<string, unknown>>;
	/** The output directory of a build; null: it was none. */
	out: string | null;
	progress: Progress | null;
	/** Milliseconds since 1970. */
	began: number;
}

/** Letters of a text, entries of a list, and depth of both, at most. */
const LONGEST = 2000;
const MOST_ENTRIES = 100;
const DEEPEST = 6;
/** What reports in the directory for temporary files begin with. */
const ASIDE = "seqpack-";

/** Whether a failure is one that a report helps with: no wrong use, and no stop that was asked for. */
export function isReported(error: unknown): boolean {
	if (!(error instanceof SeqpackError)) return true;
	const codes: readonly number[] = [exitCodes.failed.code, exitCodes.data.code];
	return codes.includes(error.exitCode);
}

/**
 * Leaves a report of a failure that can be sent with a bug: versions, settings, the sentence, where it came
 * from, the last records' places, and no text of the corpus. It is in the state of the build, or, where there
 * is none or it cannot be written, in the directory for temporary files.
 * @returns Its path; null where nothing could be written.
 */
export async function writeFailureReport(
	error: unknown,
	work: FailedWork,
): Promise<string | null> {
	const now = new Date();
	const name = failureName(now);
	const report = `${JSON.stringify(await failureReport(error, work, now), null, "\t")}\n`;
	if (work.out !== null)
		try {
			// A directory of somebody else's is left alone.
			await requireOurs(work.out);
			return await keepFailure(work.out, name, report);
		} catch {}
	try {
		return await keepAside(`${ASIDE}${name}`, report);
	} catch {
		return null;
	}
}

async function keepAside(name: string, report: string): Promise<string> {
	const directory = tmpdir();
	const path = join(directory, name);
	await writeFile(path, report, { flag: "wx", mode: 0o600 });
	const own = /^seqpack-failure-[\w-]+\.json$/;
	const names = (await readdir(directory)).filter((name) => own.test(name));
	// It may be another person's.
	for (const older of withoutNewest(names))
		await rm(join(directory, older)).catch(() => {});
	return path;
}

/** What a report tells. */
export async function failureReport(
	error: unknown,
	{ command, options, out, progress, began }: FailedWork,
	now: Date,
): Promise<object> {
	const failed = failedIn(error);
	const facts = {
		format: "seqpack-failure",
		version: 1,
		time: now.toISOString(),
		began: new Date(began).toISOString(),
		seconds: (now.getTime() - began) / 1000,
		seqpack: version,
		node: process.version,
		system: {
			host: hostname(),
			platform: `${process.platform} ${process.arch} ${release()}`,
			cpus: availableParallelism(),
			usableCpus: usableCpus(),
		},
		command,
		options,
		error: describeError(error),
		build: out === null ? null : await describeBuild(out, failed?.plan ?? null),
		failedTask: failed?.task ?? null,
		progress,
		memory: {
			resident: process.memoryUsage.rss(),
			mostResident: await mostResident(),
			total: totalmem(),
			free: freemem(),
			limit: memoryLimit(),
		},
		diskFree: out === null ? null : await diskFree(out),
	};
	return bounded(facts) as object;
}

function describeError(error: unknown): object {
	const e = error instanceof Error ? error : new Error(String(error));
	const {
		code = null,
		errno = null,
		syscall = null,
	} = e as {
		code?: unknown;
		errno?: unknown;
		syscall?: unknown;
	};
	return {
		name: e.name,
		...{ code, errno, syscall },
		exitCode: e instanceof SeqpackError ? e.exitCode : exitCodes.failed.code,
		isDefect: !(e instanceof SeqpackError),
		place: e instanceof DataError ? (e.place ?? null) : null,
		sentence: sentenceOf(e),
		stack: framesOf(e),
		cause: e.cause === undefined ? null : describeError(e.cause),
	};
}

const FRAME = /^at .*(?::\d+:\d+\)?|\(<anonymous>\)|\(native\))$/;

/** What engines and the system say of a defect, which holds nothing of the input. */
const KNOWN = [
	"Maximum call stack size exceeded",
	"Invalid array length",
	"Invalid typed array length",
	"Invalid string length",
	"Array buffer allocation failed",
	"Cannot read properties of undefined",
	"Cannot read properties of null",
	"Cannot set properties of undefined",
	"Cannot set properties of null",
	"Cannot mix BigInt and other types",
	"Maximum BigInt size exceeded",
	"offset is out of bounds",
	"memory access out of bounds",
	"unreachable",
	"The encoded data was not valid",
	"Worker terminated due to reaching memory limit",
];

/**
 * What an error says, without what it quotes; of a record only what its reason means. Of a defect, whose
 * message may hold anything, what is known to hold nothing of the input.
 */
function sentenceOf(error: Error): string | null {
	if (!(error instanceof SeqpackError))
		return KNOWN.find((known) => error.message.startsWith(known)) ?? null;
	const { code } = error;
	const reasons = recordReasons();
	if (Object.hasOwn(reasons, code)) return reasons[code];
	return withoutQuotes(error.message);
}

/**
 * A sentence without what it quotes: of the input that may be. What has quotation marks itself is left out
 * whole, from the first mark to the last.
 */
export function withoutQuotes(sentence: string): string {
	return sentence
		.replace(/".*"/s, '"..."')
		.replace(/(?<!\w)'.*'/s, "'...'")
		.replace(/`.*`/s, "`...`");
}

/** Where an error came from: the lines that a stack ends with, since a message may have such lines as well. */
function framesOf({ stack = "", message }: Error): string[] {
	const lines = stack
		.replace(message, () => "")
		.split("\n")
		.map((line) => line.trim());
	const last = lines.findLastIndex((line) => !FRAME.test(line));
	return lines.slice(last + 1);
}

async function describeBuild(
	out: string,
	known: Plan | null,
): Promise<object | null> {
	try {
		const plan = known ?? (await readPlan(out));
		if (plan === null) return null;
		const { planHash, seqpackVersion, settings, tokenizer, tasks } = plan;
		return {
			...{ planHash, seqpackVersion, settings },
			tokenizer: {
				engine: tokenizer.engine,
				fingerprint: tokenizer.fingerprint,
			},
			tasks: tasks.length,
		};
	} catch {
		return null;
	}
}

/** The most memory that this process has had, as Linux tells it. */
async function mostResident(): Promise<number | null> {
	try {
		const status = await readFile("/proc/self/status", "utf8");
		const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
		return kilobytes === undefined ? null : Number(kilobytes) * 1024;
	} catch {
		return null;
	}
}

/** What the control group of this process allows; null where that is no limit, or unknown. */
function memoryLimit(): number | null {
	const { constrainedMemory } = process as {
		constrainedMemory?: () => number;
	};
	const limit = constrainedMemory?.call(process) ?? 0;
	return limit > 0 && limit < totalmem() ? limit : null;
}

async function diskFree(out: string): Promise<number | null> {
	try {
		const path = storageAt(out).absolute(out);
		// What has failed early may have left no directory.
		const { bavail, bsize } = await statfs(path).catch(() =>
			statfs(dirname(path)),
		);
		return bavail * bsize;
	} catch {
		return null;
	}
}

/** The same without credentials, and no larger than is read by anybody. */
function bounded(value: unknown, depth = 0): unknown {
	if (typeof value === "string")
		return shortened(redacted(value.slice(0, 4 * LONGEST)), LONGEST);
	if (typeof value !== "object" || value === null)
		return typeof value === "function" ? undefined : value;
	if (depth === DEEPEST) return "...";
	if (Array.isArray(value)) {
		const some = value.slice(0, MOST_ENTRIES);
		const rest = value.length - some.length;
		return [
			...some.map((one) => bounded(one, depth + 1)),
			...(rest > 0 ? [`and ${rest} more`] : []),
		];
	}
	return Object.fromEntries(
		Object.entries(value)
			.slice(0, MOST_ENTRIES)
			.map(([name, one]) => [name, bounded(one, depth + 1)]),
	);
}
