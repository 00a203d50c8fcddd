import { hostname } from "node:os";
import type { Workspace } from "../build/workspace.js";
import { redacted } from "../core/secrets.js";
import { readIfThere, writeAll } from "../storage/storage.js";
import { formatLine, type LogEvent } from "./log-line.js";
import { type LogSummary, readLog } from "./read-log.js";

/** Milliseconds between two times that a log is written in. */
export const WRITE_EVERY = 30_000;
/** What a log may come to; of one that is longer the first lines are left out. */
const MOST_LETTERS = 2 ** 20;

/** Where logs are, in the state of a plan. */
export const LOGS = "logs";

/** The log of a group. Groups of another size have logs of their own. */
export function logPath(
	workspace: Workspace,
	group: number,
	tasksPerJob: number,
): string {
	return workspace.state(
		`${LOGS}/${String(group).padStart(5, "0")}-of-${tasksPerJob}.log`,
	);
}

/** The group of a log, and the size of its groups, from its name; null where it is none. */
export function logName(
	name: string,
): { group: number; tasksPerJob: number } | null {
	const [, group, tasksPerJob] =
		/^(\d{5,9})-of-(\d{1,9})\.log$/.exec(name) ?? [];
	return group === undefined
		? null
		: { group: Number(group), tasksPerJob: Number(tasksPerJob) };
}

/**
 * The log of a group while it is at work. It is written whole each time, so that any
 * storage can hold it; of two attempts at one time the one that writes last is seen.
 */
export class GroupLog {
	readonly #workspace: Workspace;
	readonly #path: string;
	readonly #before: string;
	readonly #attempt: number;
	readonly #onTrouble: (error: unknown) => void;
	#lines: string[] = [];
	#writing: Promise<void> = Promise.resolve();
	#isWritten = true;
	/** What earlier attempts came to. */
	readonly earlier: LogSummary | null;

	private constructor(
		workspace: Workspace,
		path: string,
		before: string,
		onTrouble: (error: unknown) => void,
	) {
		this.#workspace = workspace;
		this.#path = path;
		this.#before = before;
		this.earlier = readLog(before);
		this.#attempt = (this.earlier?.attempts ?? 0) + 1;
		this.#onTrouble = onTrouble;
	}

	/** @param onTrouble Told why the log cannot be read or written; the work goes on. */
	static async open(
		workspace: Workspace,
		path: string,
		onTrouble: (error: unknown) => void,
	): Promise<GroupLog> {
		let before = "";
		try {
			const content = await readIfThere(workspace.storage, path);
			before = content?.toString("utf8") ?? "";
		} catch (error) {
			onTrouble(error);
		}
		return new GroupLog(workspace, path, before, onTrouble);
	}

	get path(): string {
		return this.#path;
	}

	note(event: LogEvent): void {
		this.#lines.push(this.#line(event));
		this.#isWritten = false;
	}

	/**
	 * Writes the log as it is.
	 * @param last What to say at its end, until it is written again.
	 */
	write(last?: LogEvent): Promise<void> {
		if (last === undefined && this.#isWritten) return this.#writing;
		this.#isWritten = true;
		const lines = [...this.#lines, ...(last ? [this.#line(last)] : [])];
		const text = `${this.#before}${lines.map((line) => `${line}\n`).join("")}`;
		// One after the other, so that the last is what stays.
		this.#writing = this.#writing.then(() => this.#put(shortened(text)));
		return this.#writing;
	}

	async #put(text: string): Promise<void> {
		const { storage, plan } = this.#workspace;
		try {
			// A build that others have finished has no state any more.
			if ((await storage.stat(plan)) === null) return;
			await writeAll(storage, this.#path, text);
		} catch (error) {
			this.#onTrouble(error);
		}
	}

	#line(event: LogEvent): string {
		const line = formatLine({
			time: new Date().toISOString(),
			host: hostname(),
			job: jobOfEnvironment(process.env),
			attempt: this.#attempt,
			event,
		});
		return redacted(line);
	}
}

/** What the scheduler calls this job; null where there is none. */
export function jobOfEnvironment(
	env: Readonly<Record<string, string | undefined>>,
): string | null {
	const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: element } = env;
	if (array && element) return `${array}_${element}`;
	const { SEQPACK_JOB, SLURM_JOB_ID, AWS_BATCH_JOB_ID, JOB_ID } = env;
	return SEQPACK_JOB || SLURM_JOB_ID || AWS_BATCH_JOB_ID || JOB_ID || null;
}

function shortened(text: string): string {
	if (text.length <= MOST_LETTERS) return text;
	const rest = text.slice(text.length - MOST_LETTERS);
	return rest.slice(rest.indexOf("\n") + 1);
}
