import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import {
	type BuildOptions,
	buildStatus,
	openBuild,
	runGroups,
	submitBuild,
} from "seqpack";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { smallBuild, smallCorpus } from "../build/small-corpus.js";
import { seqpack, temporaryDirectory } from "../helpers.js";

/** A store has no tasks that pack what others leave: a group of one task is one job. */
function smallStore(more: Partial<BuildOptions> = {}) {
	const out = join(temporaryDirectory(), "out");
	const layout = { layout: "documents", seqLen: undefined } as const;
	const corpus = smallCorpus(8);
	return smallBuild(corpus, out, {
		...layout,
		taskSize: 20_000,
		workers: undefined,
		...more,
	});
}

/** What commands of Slurm print in the place of real ones; what they are given is kept. */
let slurm: { directory: string; calls: (name: string) => string[][] };
beforeEach(() => {
	const directory = temporaryDirectory();
	vi.stubEnv("PATH", `${directory}${delimiter}${process.env.PATH}`);
	slurm = {
		directory,
		calls: (name) => {
			try {
				return readFileSync(join(directory, `${name}.calls`), "utf8")
					.split("\n\n")
					.slice(0, -1)
					.map((call) => call.split("\n"));
			} catch {
				return [];
			}
		},
	};
});
afterEach(() => vi.unstubAllEnvs());

/** Puts a command there; `script` is shell. */
function command(name: string, script: string): void {
	const path = join(slurm.directory, name);
	writeFileSync(
		path,
		`#!/bin/sh\nprintf '%s\\n' "$@" >> ${path}.calls; echo >> ${path}.calls\n${script}\n`,
	);
	chmodSync(path, 0o755);
}

/** A Slurm whose jobs are numbered from 100 on. */
function standInSlurm({ queue = "", size = 1001 } = {}): void {
	const counter = join(slurm.directory, "counter");
	writeFileSync(counter, "100");
	command(
		"sbatch",
		`case "$1" in --version) exit;; esac; cat > ${slurm.directory}/script.$(cat ${counter})\ncat ${counter}; echo $(($(cat ${counter}) + 1)) > ${counter}`,
	);
	command("squeue", `printf '${queue}'`);
	command("scontrol", `echo "MaxArraySize            = ${size}"`);
}

/** What was submitted: of each job its flags, by name, and its script. */
function submitted() {
	return slurm
		.calls("sbatch")
		.filter(([first]) => first !== "--version")
		.map((args, i) => ({
			flags: Object.fromEntries(
				args.map((arg) => arg.replace(/^--/, "").split(/=(.*)/s, 2)),
			),
			script: readFileSync(join(slurm.directory, `script.${100 + i}`), "utf8"),
		}));
}

test("an array of the groups that are not done, and one job after it", async () => {
	standInSlurm();
	const options = smallStore();
	const result = await submitBuild({
		...options,
		executor: "slurm",
		slurmArgs: "--partition=cpu --comment='two words'",
		slurmSetup: "module load nodejs",
		tasksPerJob: 1,
		workers: 4,
	});
	const last = result.groups - 1;
	expect(last).toBeGreaterThan(3);
	expect(result).toMatchObject({
		status: "submitted",
		jobs: ["100", "101"],
		submitted: Array.from({ length: last + 1 }, (_, i) => i),
	});
	const [array, finalize] = submitted();
	expect(array.flags).toMatchObject({
		array: `0-${last}`,
		partition: "cpu",
		comment: "two words",
		"cpus-per-task": "4",
		// 300 MB, and 4 times 200 MB and a window of 64 Mi tokens.
		mem: `${Math.ceil((300e6 + 4 * (200e6 + 4 * 2 ** 24)) / 2 ** 20)}M`,
	});
	expect(array.flags).not.toHaveProperty("dependency");
	expect(array.script).toMatch(
		/^#!\/bin\/bash\n.*\nmodule load nodejs\nexec node \S+main\.js run-tasks \/\S+out --tasks-per-job=1 --workers=4\n$/s,
	);
	expect(finalize.flags).toMatchObject({
		dependency: "afterany:100",
		partition: "cpu",
		"cpus-per-task": "1",
	});
	expect(finalize.script).toMatch(
		/ finalize \/\S+out --wait=60\ncode=\$\?; \[ \$code -eq 3 \] && exit 0; exit \$code\n$/,
	);
	// The same once more, where some are done and some are queued.
	const planned = await openBuild(options.out);
	await runGroups(planned, [0, 3], { workers: 0, tasksPerJob: 1 });
	command("squeue", `printf '100 1\\n100 ${last}\\n101 N/A\\n'`);
	const again = await submitBuild({
		...options,
		executor: "slurm",
		tasksPerJob: 1,
	});
	const rest = result.submitted.filter((i) => ![0, 1, 3, last].includes(i));
	expect(again).toMatchObject({ submitted: rest, queued: [1, last] });
	const [, , second, secondFinalize] = submitted();
	expect(second.flags.array).toMatch(/^2(,4(-\d+)?)?$/);
	expect(secondFinalize.flags.dependency).toBe("afterany:100:102");
	// Nothing is left to give, and the last job is there.
	command(
		"squeue",
		`printf '${result.submitted.map((i) => `100 ${i}\\n`).join("")}101 N/A\\n'`,
	);
	const third = await submitBuild({
		...options,
		executor: "slurm",
		tasksPerJob: 1,
	});
	expect([third.submitted, third.jobs]).toEqual([[], []]);
});

test("a wave of groups waits for those before", async () => {
	standInSlurm();
	const { jobs } = await submitBuild({
		...smallStore({ dedupe: "exact" }),
		executor: "slurm",
		slurmArgs: "--mem-per-cpu=2G -c 3 -o here.txt",
	});
	expect(jobs).toHaveLength(4);
	const all = submitted().map(({ flags }) => flags);
	expect(all.map(({ array }) => array)).toEqual(["0", "1", "2", undefined]);
	expect(all.map(({ dependency }) => dependency)).toEqual([
		undefined,
		"afterany:100",
		"afterany:100:101",
		"afterany:100:101:102",
	]);
	// Memory and output are as they are asked for.
	for (const flags of all) {
		expect(flags).not.toHaveProperty("mem");
		expect(flags).not.toHaveProperty("output");
	}
	expect(all[0]["cpus-per-task"]).toBe("3");
});

test("groups are as large as the cluster's arrays want", async () => {
	standInSlurm({ size: 3 });
	const options = smallStore({ taskSize: 700 });
	const { groups, tasksPerJob, tasks } = await submitBuild({
		...options,
		executor: "slurm",
	});
	expect([groups <= 3, tasksPerJob % 64]).toEqual([true, 0]);
	// With the next smaller ones there would be too many.
	expect(Math.ceil(tasks / (tasksPerJob - 64))).toBeGreaterThan(3);
	await expect(
		submitBuild({ ...options, executor: "slurm", tasksPerJob: 10 }),
	).rejects.toMatchObject({
		code: "array-too-large",
		message: expect.stringMatching(
			RegExp(
				`has ${Math.ceil(tasks / 10)} jobs, and the cluster allows arrays of 3 at most: give tasksPerJob: ${tasksPerJob} or more`,
			),
		),
	});
});

test("what cannot be submitted says why", async () => {
	const options = smallStore();
	const slurmed = { ...options, executor: "slurm" } as const;
	vi.stubEnv("PATH", slurm.directory);
	await expect(submitBuild(slurmed)).rejects.toMatchObject({
		code: "no-executor",
		exitCode: 2,
		message: expect.stringMatching(/there is no sbatch on this machine: run/),
	});
	vi.unstubAllEnvs();
	vi.stubEnv("PATH", `${slurm.directory}${delimiter}${process.env.PATH}`);
	standInSlurm();
	for (const [slurmArgs, sentence] of [
		["--array=0-3", /slurmArgs has --array, which is set for each job/],
		["-d afterok:1", /slurmArgs has --dependency/],
		["-Jname", /slurmArgs has --job-name/],
		["--comment='a", /has a quotation mark that is not closed/],
	] as const)
		await expect(submitBuild({ ...slurmed, slurmArgs })).rejects.toMatchObject({
			code: "bad-option",
			message: expect.stringMatching(sentence),
		});
	command("sbatch", "echo 'sbatch: error: invalid partition' >&2; exit 1");
	await expect(submitBuild(slurmed)).rejects.toMatchObject({
		code: "refused",
		exitCode: 2,
		message: expect.stringMatching(
			/invalid partition\. It was given --parsable .*nothing was submitted/,
		),
	});
	command("sbatch", "echo 'Unable to contact slurm controller' >&2; exit 1");
	await expect(submitBuild(slurmed)).rejects.toMatchObject({
		code: "no-scheduler",
		exitCode: 1,
		message: expect.stringMatching(
			/^sbatch could not submit: Unable to contact slurm controller\. Once .* run the same command again; nothing was submitted\.$/,
		),
	});
	// What it says where no cluster is set up.
	command(
		"sbatch",
		`case "$1" in --version) exit;; esac
echo 'sbatch: error: resolve_ctls_from_dns_srv: res_nsearch error: Unknown host
sbatch: error: fetch_config: DNS SRV lookup failed
sbatch: fatal: Could not establish a configuration source' >&2; exit 1`,
	);
	await expect(submitBuild(slurmed)).rejects.toMatchObject({
		code: "no-executor",
		exitCode: 2,
		message: expect.stringMatching(
			/^sbatch could not submit: Could not establish a configuration source\. No cluster is set up on this machine: run .*SLURM_CONF; nothing was submitted\.$/,
		),
	});
	for (const [more, code] of [
		[{ executor: "threads" }, "bad-option"],
		[{ executor: "slurm", image: "a" }, "ignored-option"],
		[{ executor: "kubernetes" }, "missing-option"],
	] as const)
		await expect(submitBuild({ ...options, ...more })).rejects.toMatchObject({
			code,
		});
	command("sbatch", "exit 0");
	command("squeue", "exit 1");
	const flags = ["--tokenizer", `${options.tokenizer}`, "--out", options.out];
	const { code, stderr } = await seqpack([
		...["build", `${options.inputs?.[0]}`, ...flags],
		...["--seq-len", "256", "--slurm-args", "a"],
	]);
	expect([code, stderr]).toEqual([
		2,
		expect.stringMatching(
			/--slurm-args would change nothing: it is for --executor slurm/,
		),
	]);
});

test("a manifest for Kubernetes", async () => {
	const options = smallStore();
	vi.stubEnv("AWS_ENDPOINT_URL_S3", "https://s3.example");
	const kubernetes = {
		...options,
		executor: "kubernetes",
		image: "registry/seqpack:1",
	} as const;
	await expect(submitBuild(kubernetes)).rejects.toMatchObject({
		code: "bad-option",
		message: expect.stringMatching(/which pods do not see: .* claim/),
	});
	await expect(
		submitBuild({ ...kubernetes, claim: "corpus" }),
	).rejects.toMatchObject({
		message: expect.stringMatching(/give it as name=\/path/),
	});
	const { text, groups, jobs } = await submitBuild({
		...kubernetes,
		...{ claim: "corpus=/data", serviceAccount: "builder", namespace: "ml" },
		...{ tasksPerJob: 1, workers: 2, tries: 3 },
	});
	expect(text).toMatch(/^# \d+ of \d+ groups are to be done/);
	expect(text).toContain(`kubectl wait --namespace=ml`);
	const documents = parseAllDocuments(text ?? "");
	expect(documents).toHaveLength(1);
	const job = (documents[0] as { toJS(): object }).toJS();
	expect(job).toMatchObject({
		apiVersion: "batch/v1",
		kind: "Job",
		metadata: { name: jobs[0], namespace: "ml" },
		spec: {
			completionMode: "Indexed",
			completions: groups,
			parallelism: groups,
			backoffLimitPerIndex: 2,
			podReplacementPolicy: "Failed",
			podFailurePolicy: {
				rules: [
					{ action: "Ignore" },
					{ action: "FailJob", onExitCodes: { values: [2, 4] } },
				],
			},
			template: {
				spec: {
					restartPolicy: "Never",
					serviceAccountName: "builder",
					containers: [
						{
							image: "registry/seqpack:1",
							command: [
								...["seqpack", "run-tasks", options.out],
								...["--tasks-per-job=1", "--workers=2", "--tries=3"],
							],
							env: expect.arrayContaining([
								{ name: "AWS_ENDPOINT_URL_S3", value: "https://s3.example" },
							]),
							resources: {
								requests: {
									cpu: "2",
									memory: expect.stringMatching(/^\d+Mi$/),
								},
							},
						},
					],
				},
			},
		},
	});
	expect((await buildStatus(options.out)).tasks.done).toBe(0);
});
