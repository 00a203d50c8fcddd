// What builds by schedulers are tried with: a corpus, the command `seqpack`, and what a build in one
// process makes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	chmodSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const command = resolve("dist/bin/main.js");
/** What every build is given. */
export const common = ["--tokenizer", resolve("fixtures/tokenizer"), "--quiet"];

/** A directory of its own, in which commands run; `remove` ends it. */
export class Setting {
	/** The environment of commands; those of a scheduler may be added. */
	env;
	#expected = new Map();

	/** @param copies Of the fixtures; each is about 31 tasks. */
	constructor(name, copies) {
		this.directory = mkdtempSync(join(tmpdir(), `seqpack-${name}-`));
		// munged refuses a socket that others cannot reach.
		chmodSync(this.directory, 0o755);
		/** Where commands run, and Slurm writes what jobs print. */
		this.cwd = join(this.directory, "here");
		mkdirSync(this.cwd);
		this.corpus = join(this.directory, "corpus");
		for (let copy = 0; copy < copies; copy++)
			for (const name of ["prose", "code", "scripts"])
				cpSync(join("fixtures", name), join(this.corpus, `${copy}`, name), {
					recursive: true,
				});
		this.packed = [
			...[this.corpus, ...common],
			...["--seq-len", "2048", "--task-size", "60K"],
		];
		const programs = join(this.directory, "programs");
		mkdirSync(programs);
		const program = join(programs, "seqpack");
		writeFileSync(
			program,
			`#!/bin/sh\nexec ${process.execPath} ${command} "$@"\n`,
		);
		chmodSync(program, 0o755);
		this.env = { ...process.env, PATH: `${programs}:${process.env.PATH}` };
	}

	remove() {
		rmSync(this.directory, { recursive: true, force: true });
	}

	seqpack(...args) {
		return this.run(process.execPath, command, ...args);
	}

	run(program, ...args) {
		const ran = spawnSync(program, args, {
			...{ cwd: this.cwd, env: this.env, encoding: "utf8" },
		});
		if (ran.error) throw ran.error;
		return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
	}

	/** The files of a build in one process, by the hashes of their contents. */
	local(options) {
		const key = options.join("\n");
		const known = this.#expected.get(key);
		if (known) return known;
		const out = join(this.directory, "local");
		const built = this.seqpack(
			...["build", ...options, "--overwrite", "--out", out],
		);
		assert.equal(built.code, 0, built.stderr);
		const contents = contentsOf(out);
		this.#expected.set(key, contents);
		return contents;
	}

	/** Waits until something is so, for three minutes. @param state What is told of where it is not. */
	async until(what, isSo, state = () => "") {
		const due = Date.now() + 180_000;
		while (!(await isSo())) {
			if (Date.now() > due)
				throw new Error(
					`waited in vain until ${what}:\n${state()}\n${readdirSync(this.cwd)
						.filter((name) => statSync(join(this.cwd, name)).isFile())
						.map(
							(name) =>
								`${name}: ${readFileSync(join(this.cwd, name), "utf8")}`,
						)
						.join("\n")}`,
				);
			await sleep(50);
		}
	}
}

/** Does a part of the tests, unless others were asked for: `node run.mjs NAME`. */
export async function test(name, work) {
	if (!name.includes(process.argv[2] ?? "")) return;
	const began = performance.now();
	await work();
	const seconds = ((performance.now() - began) / 1000).toFixed(1);
	console.log(`${name}: ${seconds} s`);
}

/**
 * The processes that run tasks of a build and have a variable, of all that the machine has.
 * @param setting As `NAME=value`; left out: any.
 */
export function runningTasks(out, setting = "") {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => {
			const words = of(pid, "cmdline");
			return (
				words.includes("run-tasks") &&
				words.includes(out) &&
				basename(words[0]).startsWith("node") &&
				(setting === "" || of(pid, "environ").includes(setting))
			);
		});
}

/** @param what `cmdline`, `environ` */
function of(pid, what) {
	try {
		return readFileSync(`/proc/${pid}/${what}`, "utf8").split("\0");
	} catch {
		// It has ended.
		return [""];
	}
}

export function contentsOf(out) {
	const names = readdirSync(out, { recursive: true, encoding: "utf8" }).sort();
	return Object.fromEntries(
		names
			.filter((name) => statSync(join(out, name)).isFile())
			.map((name) => [name, hashOf(readFileSync(join(out, name)))]),
	);
}

/** The same of a bucket. */
export async function contentsOfBucket(out) {
	const { storageAt } = await import("../../../dist/src/storage/storages.js");
	const { readAll } = await import("../../../dist/src/storage/storage.js");
	const storage = storageAt(out);
	const contents = [];
	for (const { below, path } of await storage.find(out))
		contents.push([below, hashOf(await readAll(storage, path))]);
	return Object.fromEntries(contents.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hashOf(bytes) {
	return createHash("sha256").update(bytes).digest("hex");
}

/** The blocks of a language below a heading of docs/guide/clusters.md. */
export function blocksOfGuide(heading, language) {
	const page = readFileSync("docs/guide/clusters.md", "utf8");
	const [, section] = page.split(`\n## ${heading}\n`);
	assert.ok(section, `the guide has no section ${heading}`);
	const [own] = section.split(/^## /m);
	const blocks = [...own.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
	return blocks.filter(([, of]) => of === language).map(([, , text]) => text);
}
