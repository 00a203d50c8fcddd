import { cpSync, mkdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { run } from "../../cli/program.js";
import { type Random, randomBelow } from "../../src/core/random.js";
import { contentsOf, filesBelow, seqpack } from "../helpers.js";
import type { MortalFiles } from "../storage/mortal-files.js";
import { PowerLoss } from "../storage/power-loss.js";
import { successOf, type Writing } from "./commands.js";

/** How an attempt ends: before a change that chance has chosen. */
export const endings = ["kill", "fail", "tear", "power"] as const;

/** How and before which change an attempt ends. */
export interface End {
	ending: (typeof endings)[number];
	moment: number;
}

/** What a full or broken disk says. */
const codes = ["ENOSPC", "EIO", "EDQUOT"] as const;

/** What a command comes to where nothing stops it. */
interface Unbroken {
	deeds: number;
	contents: Record<string, string>;
	/** What is there before it. */
	before: Record<string, string>;
	/** The exit code: done, or done with records that were skipped. */
	code: number;
}

/** A command whose attempts end, in this process. */
export class Attempts {
	readonly #writing: Writing;
	readonly #files: MortalFiles;
	readonly #directory: string;
	readonly #out: string;
	/** What is there before, kept. */
	readonly #kept: string;
	#unbroken: Unbroken | null = null;

	constructor(writing: Writing, files: MortalFiles, directory: string) {
		this.#writing = writing;
		this.#files = files;
		this.#directory = directory;
		this.#out = join(directory, "work", writing.out ?? "out");
		this.#kept = join(directory, "before");
	}

	get url(): string {
		return this.#files.url(this.#out);
	}

	async unbroken(): Promise<Unbroken> {
		if (this.#unbroken !== null) return this.#unbroken;
		mkdirSync(dirname(this.#out), { recursive: true });
		for (const args of this.#writing.before?.(this.url) ?? [])
			await this.#succeed(args);
		const before = this.contents();
		cpSync(dirname(this.#out), this.#kept, { recursive: true });
		this.#revive();
		const code = await this.#succeed(this.#writing.args(this.url));
		const { deeds } = this.#files;
		await this.#finish();
		this.#unbroken = { deeds, contents: this.contents(), before, code };
		return this.#unbroken;
	}

	async #succeed(args: string[]): Promise<number> {
		return successOf(args, await seqpack(args, run));
	}

	/** What is in the output, and beside it. */
	contents(): Record<string, string> {
		return contentsOf(dirname(this.#out));
	}

	/** Another process takes the place of the one that holds locks. */
	#revive(): void {
		const place = dirname(this.#out);
		const locks = filesBelow(place).filter((path) => basename(path) === "lock");
		for (const lock of locks) this.#files.revive(join(place, lock));
		this.#files.revive("");
	}

	/** Puts back what was there before the command. */
	reset(): void {
		rmSync(dirname(this.#out), { recursive: true, force: true });
		cpSync(this.#kept, dirname(this.#out), { recursive: true });
		rmSync(join(this.#directory, "aside"), { recursive: true, force: true });
	}

	/**
	 * Runs the command until it is ended, where chance has it or where it is given.
	 * @returns What it was, and what came of it.
	 */
	async end(random: Random, given?: End) {
		const { deeds } = await this.unbroken();
		const files = this.#files;
		const { ending, moment } = given ?? {
			ending: endings[randomBelow(random, endings.length)],
			moment: randomBelow(random, deeds),
		};
		this.#revive();
		if (ending === "fail") {
			files.fault = moment;
			files.code = codes[randomBelow(random, codes.length)];
		} else files.end = moment;
		if (ending === "tear") files.torn = random;
		if (ending === "power")
			files.power = new PowerLoss(random, join(this.#directory, "aside"));
		const ran = await seqpack(this.#writing.args(this.url), run);
		this.#revive();
		return { ending, moment, ...ran };
	}

	/** Runs the command once more, with nothing to end it. */
	async again() {
		const ran = await seqpack(this.#writing.args(this.url), run);
		await this.#finish();
		return ran;
	}

	async #finish(): Promise<void> {
		for (const args of this.#writing.after?.(this.url) ?? [])
			await this.#succeed(args);
	}
}
