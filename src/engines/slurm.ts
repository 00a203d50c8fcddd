import { isAbsolute } from "node:path";
import { rangesText } from "../build/ranges.js";
import { EnvironmentError, optionName, UsageError } from "../core/errors.js";
import { exitCodes } from "../core/exit-codes.js";
import { grouped, text } from "../core/option.js";
import { sha256 } from "../storage/hash.js";
import { writeAll } from "../storage/storage.js";
import { commandFile, flag, shellWord, wordsOf } from "./command-line.js";
import type { Engine, Work } from "./engine.js";
import { memoryNeeded } from "./memory.js";
import { TRIES } from "./options.js";
import { runProgram } from "./run-program.js";

const options = grouped("Running", {
	slurmArgs: text({
		placeholder: "args",
		defaultText: "none",
		help: "arguments for sbatch, such as partition, account and time",
	}),
	slurmSetup: text({
		placeholder: "lines",
		defaultText: "none",
		help: "shell lines that a job begins with, such as module load nodejs, so that node is on the PATH",
	}),
});

interface SlurmValues {
	slurmArgs?: string;
	slurmSetup?: string;
}

/** Elements of an array where the cluster cannot be asked: what Slurm allows unless told otherwise. */
const USUAL_ARRAY = 1000;
/** Where what jobs print goes, in the state. */
const OUTPUTS = "slurm";
/** Seconds in which file systems of many machines have shown all files. */
const FILES_SHOWN_AFTER = 60;
/** Bytes of memory of the job that makes the dataset of the records. */
const OF_FINALIZE = 2e9;

/** Flags of sbatch that the jobs have already. */
const taken: readonly [string, string][] = [
	["array", "a"],
	["dependency", "d"],
	["job-name", "J"],
	["wrap", ""],
	["parsable", ""],
];

/** Jobs of a Slurm cluster: an array for each wave of groups, and one that makes the dataset at the end. */
export const slurm: Engine<typeof options> = {
	meaning: "jobs of a Slurm cluster: submits them and returns",
	options,

	async mostGroups() {
		if ((await runProgram("sbatch", [flag("version")])) === null)
			throw noSbatch();
		const config = await runProgram("scontrol", ["show", "config"]);
		const [, size] =
			/MaxArraySize\s*=\s*(\d+)/.exec(config?.stdout ?? "") ?? [];
		return size === undefined ? USUAL_ARRAY : Number(size);
	},

	async submit(work, values) {
		const { slurmArgs = "", slurmSetup } = values as SlurmValues;
		const { planned, groups, missing, workspace } = work;
		const args = wordsOf(slurmArgs);
		requireFree(args);
		const name = jobName(work);
		const queue = await readQueue(name);
		const notices = queue === null ? [notAsked] : [];
		const queued = missing.filter((rank) => queue?.jobOf.has(rank));
		const rest = missing.filter((rank) => !queue?.jobOf.has(rank));
		const cpus = Math.max(1, work.workers ?? cpusOf(args) ?? 1);
		const script = scriptOf(slurmSetup, "run-tasks", [
			work.out,
			flag("tasks-per-job", work.tasksPerJob),
			...(work.workers === undefined ? [] : [flag("workers", work.workers)]),
			...(work.tries === TRIES ? [] : [flag("tries", work.tries)]),
		]);
		await writeAll(workspace.storage, workspace.state("slurm.sh"), script);
		const common = [
			flag("parsable"),
			flag("requeue"),
			...(await outputArgs(work, args)),
			flag("cpus-per-task", cpus),
			...memoryArgs(args, memoryNeeded(planned.plan.settings, cpus)),
			...args,
		];
		const jobs: string[] = [];
		/** The jobs of the waves before. */
		const before = new Set<string>();
		const lastWave = groups.reduce((most, { wave }) => Math.max(most, wave), 0);
		for (let wave = 0; wave <= lastWave; wave++) {
			const isOfWave = (rank: number) => groups[rank].wave === wave;
			const ranks = rest.filter(isOfWave);
			const ofWave = queued
				.filter(isOfWave)
				.flatMap((rank) => queue?.jobOf.get(rank) ?? []);
			if (ranks.length > 0) {
				const job = await sbatch(
					[
						...common,
						flag("job-name", name),
						flag("array", rangesText(ranks)),
						...dependency(before),
					],
					script,
					jobs,
				);
				jobs.push(job);
				ofWave.push(job);
			}
			for (const job of ofWave) before.add(job);
		}
		const isEnded = missing.length === 0 && !work.isDone;
		if (jobs.length > 0 || (!isEnded && !queue?.hasFinalize)) {
			const last = scriptOf(
				slurmSetup,
				"finalize",
				[work.out, flag("wait", FILES_SHOWN_AFTER)],
				doneWithSkipped,
			);
			const job = await sbatch(
				[
					flag("parsable"),
					flag("job-name", `${name}-finalize`),
					...memoryArgs(args, OF_FINALIZE),
					...args,
					flag("cpus-per-task", 1),
					...dependency(before),
				],
				last,
				jobs,
			);
			jobs.push(job);
			notices.push(
				`the job ${job} makes the dataset once the others have ended, and writes what comes of it where sbatch says (slurm-${job}.out here, if nothing else is set)`,
			);
		}
		return { text: null, submitted: rest, queued, jobs, notices };
	},
};

const notAsked =
	"squeue cannot be asked what is queued already: all that is not done is submitted";

/** Tells the jobs of this plan, in this directory and in groups of this size, from all others. */
function jobName({ out, planned, tasksPerJob }: Work): string {
	const word = sha256(`${out}\n${planned.plan.planHash}\n${tasksPerJob}\n`);
	return `seqpack-${word.slice(0, 10)}`;
}

/** @throws UsageError `bad-option` where arguments hold a flag that the jobs have already */
function requireFree(args: readonly string[]): void {
	for (const [long, short] of taken)
		if (flagIn(args, long, short) !== undefined)
			throw new UsageError(
				"bad-option",
				`${optionName("slurmArgs")} has ${flag(long)}, which is set for each job already: leave it out.`,
			);
}

/** The value of a flag among arguments; undefined where it is not there. */
function flagIn(
	args: readonly string[],
	long: string,
	short = "",
): string | undefined {
	const name = flag(long);
	for (const [i, word] of args.entries()) {
		if (word === name) return args[i + 1] ?? "";
		if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
		if (short === "" || !word.startsWith(`-${short}`)) continue;
		return word.length > 2 ? word.slice(2) : (args[i + 1] ?? "");
	}
	return undefined;
}

function cpusOf(args: readonly string[]): number | undefined {
	const cpus = Number(flagIn(args, "cpus-per-task", "c"));
	return Number.isSafeInteger(cpus) && cpus > 0 ? cpus : undefined;
}

/** Asks for memory, unless the arguments do. */
function memoryArgs(args: readonly string[], bytes: number): string[] {
	const isAsked = ["mem", "mem-per-cpu", "mem-per-gpu"].some(
		(name) => flagIn(args, name) !== undefined,
	);
	return isAsked ? [] : [flag("mem", `${Math.ceil(bytes / 2 ** 20)}M`)];
}

/** Where what jobs print goes: into the state, where that is a directory that they see. */
async function outputArgs(
	{ out, workspace }: Work,
	args: readonly string[],
): Promise<string[]> {
	if (!isAbsolute(out) || flagIn(args, "output", "o") !== undefined) return [];
	await workspace.storage.makeDirectory(workspace.state(OUTPUTS));
	const below = workspace.state(OUTPUTS).slice(workspace.out.length);
	return [flag("output", `${out}${below}/%A_%a.out`)];
}

/** After jobs have ended, however they did: what is missing then the next ones say. */
function dependency(jobs: ReadonlySet<string>): string[] {
	return jobs.size === 0
		? []
		: [flag("dependency", ["afterany", ...jobs].join(":"))];
}

function scriptOf(
	setup: string | undefined,
	command: string,
	args: readonly string[],
	after: readonly string[] = [],
): string {
	const node = setup === undefined ? process.execPath : "node";
	const words = [node, commandFile(), command, ...args].map(shellWord);
	return [
		"#!/bin/bash",
		// Of the shell that submits; the rank is the number in the array.
		"unset SEQPACK_RANK SEQPACK_RANKS SEQPACK_JOB",
		...(setup === undefined ? [] : [setup]),
		`${after.length === 0 ? "exec " : ""}${words.join(" ")}`,
		...after,
		"",
	].join("\n");
}

/** To Slurm a job has failed that ends with anything but 0, and what depends on it never runs. */
const doneWithSkipped = [
	`code=$?; [ $code -eq ${exitCodes.skipped.code} ] && exit 0; exit $code`,
];

/** What of a plan's jobs is queued or runs. */
interface Queue {
	/** The job of each rank. */
	jobOf: Map<number, string>;
	hasFinalize: boolean;
}

/** Null where squeue cannot be asked. */
async function readQueue(name: string): Promise<Queue | null> {
	const asked = await runProgram("squeue", [
		flag("noheader"),
		flag("array"),
		flag("name", `${name},${name}-finalize`),
		flag("states", "PENDING,RUNNING,SUSPENDED"),
		flag("format", "%F %K"),
	]);
	if (asked === null || asked.code !== 0) return null;
	const queue: Queue = { jobOf: new Map(), hasFinalize: false };
	for (const line of asked.stdout.split("\n")) {
		const [job, index] = line.trim().split(/\s+/);
		if (/^\d+$/.test(index ?? "")) queue.jobOf.set(Number(index), job);
		else if (index !== undefined) queue.hasFinalize = true;
	}
	return queue;
}

function noSbatch(): UsageError {
	return new UsageError(
		"no-executor",
		`there is no sbatch on this machine: run the same command where jobs of Slurm are submitted from, install Slurm's client (slurm-client in Debian), or choose another ${optionName("executor")}.`,
	);
}

/**
 * Submits a script; gives the number of the job.
 * @param before Jobs that are submitted already.
 * @throws UsageError `no-executor`, `refused`; EnvironmentError `no-scheduler`
 */
async function sbatch(
	args: readonly string[],
	script: string,
	before: readonly string[],
): Promise<string> {
	const ran = await runProgram("sbatch", args, script);
	if (ran === null) throw noSbatch();
	const [, job] = /^(\d+)(;|\s|$)/.exec(ran.stdout.trim()) ?? [];
	if (ran.code === 0 && job !== undefined) return job;
	const lines = ran.stderr.trim().split(/\s*\n\s*/);
	const said = lines.join("; ");
	const last = lines[lines.length - 1].replace(
		/^sbatch: (?:error|fatal): /,
		"",
	);
	const done =
		before.length === 0
			? "nothing was submitted"
			: `submitted before it were the jobs ${before.join(", ")}, and the same command submits the others`;
	if (/configuration source/i.test(said))
		throw new UsageError(
			"no-executor",
			`sbatch could not submit: ${last}. No cluster is set up on this machine: run the same command where jobs are submitted from, or name its slurm.conf in SLURM_CONF; ${done}.`,
		);
	if (/contact|timed out|temporarily|try again/i.test(said))
		throw new EnvironmentError(
			"no-scheduler",
			`sbatch could not submit: ${last}. Once the cluster answers (sinfo shows it), run the same command again; ${done}.`,
		);
	throw new UsageError(
		"refused",
		`sbatch refused a job: ${said}. It was given ${args.map(shellWord).join(" ")}: fix ${optionName("slurmArgs")}, or take more ${optionName("tasksPerJob")}; ${done}.`,
	);
}
