import { UsageError } from "../core/errors.js";
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

	/** Removes it, unless an earlier build has kept the same, and the directories that are empty then. */
	async discard(): Promise<void> {
		if (this.#kept === null) return;
		const out = this.#out;
		const storage = confined(storageAt(out), out);
		if (!this.#kept.wasThere) await storage.remove(this.#kept.path);
		for (const directory of [`${out}/${SPOOL}`, `${out}/${STATE}`, out])
			await storage.removeEmpty(directory);
	}
}
