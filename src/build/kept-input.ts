import { optionName, UsageError } from "../core/errors.js";
import { EXPORT_FILE } from "../sources/find/own-files.js";
import { confined } from "../storage/confined.js";
import {
	type Spooled,
	STANDARD_INPUT,
	spoolStandardInput,
} from "../storage/spool.js";
import { storageAt } from "../storage/storages.js";
import { requireOurs } from "./output-directory.js";
import { SPOOL, STATE } from "./workspace.js";

/** Standard input, kept as a file in the state of the build that reads it. */
export class KeptInput {
	readonly #out: string;
	readonly #mayWrite: boolean;
	#kept: Spooled | null = null;
	/** Directories of records that were composed for this build. */
	readonly #composed: string[] = [];

	constructor(out: string, mayWrite: boolean) {
		this.#out = out;
		this.#mayWrite = mayWrite;
	}

	/** @throws UsageError `output-in-use` where the directory is not ours to write to */
	async keep(): Promise<string> {
		const out = this.#out;
		if (!this.#mayWrite)
			throw new UsageError(
				"bad-option",
				`${STANDARD_INPUT} stands for standard input, which an estimate would have to write to ${out} to read it twice: name a file.`,
			);
		await requireOurs(out);
		const storage = confined(storageAt(out), out);
		this.#kept = await spoolStandardInput(storage, `${out}/${SPOOL}`);
		return this.#kept.path;
	}

	/**
	 * Where records are composed to, below the state of the build: done once, by `make`.
	 * @throws UsageError `output-in-use`
	 */
	async composed(
		name: string,
		make: (directory: string) => Promise<unknown>,
	): Promise<string> {
		const out = this.#out;
		if (!this.#mayWrite)
			throw new UsageError(
				"bad-option",
				`an estimate would have to write what ${optionName("recipe")} composes: run seqpack compose first, and estimate a build from that.`,
			);
		await requireOurs(out);
		const storage = confined(storageAt(out), out);
		const directory = `${out}/${SPOOL}/${name}`;
		if ((await storage.stat(`${directory}/${EXPORT_FILE}`)) === null) {
			await make(directory);
			this.#composed.push(directory);
		}
		return `${directory}/data`;
	}

	/** Removes it, unless an earlier build has kept the same, and the directories that are empty then. */
	async discard(): Promise<void> {
		if (this.#kept === null && this.#composed.length === 0) return;
		const out = this.#out;
		const storage = confined(storageAt(out), out);
		if (this.#kept?.wasThere === false) await storage.remove(this.#kept.path);
		for (const directory of this.#composed) await storage.remove(directory);
		for (const directory of [`${out}/${SPOOL}`, `${out}/${STATE}`, out])
			await storage.removeEmpty(directory);
	}
}
