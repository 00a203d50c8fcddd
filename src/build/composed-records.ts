import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ComposeSummary } from "../compose/summary.js";
import { inParallel } from "../core/in-parallel.js";
import { parseJson } from "../core/json.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { EXPORT_FILE, INJECTED_FILE } from "../sources/find/own-files.js";
import { confined } from "../storage/confined.js";
import { LANES } from "../storage/lanes.js";
import { readIfThere, type Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { requireOurs } from "./output-directory.js";
import { SPOOL, STATE } from "./workspace.js";

/** Records that were composed for a build. */
export interface Composed {
	/** The directory of their files. */
	data: string;
	/** The list of what was injected; null: nothing was. */
	injected: DatasetFile | null;
	summary: ComposeSummary;
	/** Whether they were composed by an earlier call. */
	wasThere: boolean;
}

/** The directories of records that are composed for a build: in its state, or, where it may not write there, a temporary one. */
export class ComposedRecords {
	readonly #out: string;
	readonly #mayWrite: boolean;
	/** Those that this call composes. */
	readonly #made: string[] = [];
	readonly #temporary: string[] = [];

	constructor(out: string, mayWrite: boolean) {
		this.#out = out;
		this.#mayWrite = mayWrite;
	}

	/** Whether they are kept where the next call finds them. */
	get areKept(): boolean {
		return this.#mayWrite;
	}

	/** Where they come to lie. @param name Tells what is composed. */
	directoryOf(name: string): string {
		return `${this.#out}/${SPOOL}/${name}`;
	}

	/**
	 * Records of a name; `make` composes them unless they are there, whole.
	 * @throws UsageError `output-in-use`
	 */
	async of(
		name: string,
		make: (directory: string) => Promise<unknown>,
	): Promise<Composed> {
		const out = this.#out;
		const directory = this.directoryOf(name);
		if (this.#mayWrite) await requireOurs(out);
		const storage = confined(storageAt(out), out);
		const there = await readComposed(storage, directory);
		if (there !== null) return { ...there, wasThere: true };
		const to = this.#mayWrite ? directory : this.#temporaryOf(name);
		if (this.#mayWrite) this.#made.push(directory);
		await make(to);
		const made = await readComposed(storageAt(to), to);
		if (made === null)
			throw new Error(`what was composed into ${to} is not there`);
		return { ...made, wasThere: false };
	}

	/** Removes what this call has composed, and the directories that are empty then. */
	async discard(): Promise<void> {
		for (const directory of this.#temporary)
			await storageAt(directory).remove(directory);
		if (this.#made.length === 0) return;
		const out = this.#out;
		const storage = confined(storageAt(out), out);
		for (const directory of this.#made) await storage.remove(directory);
		for (const directory of [`${out}/${SPOOL}`, `${out}/${STATE}`, out])
			await storage.removeEmpty(directory);
	}

	#temporaryOf(name: string): string {
		const own = `seqpack-${name}-${randomBytes(8).toString("hex")}`;
		const directory = join(tmpdir(), own);
		this.#temporary.push(directory);
		return directory;
	}
}

/** What composing has written into a directory; null where it is not all there. */
async function readComposed(
	storage: Storage,
	directory: string,
): Promise<Omit<Composed, "wasThere"> | null> {
	const content = await readIfThere(storage, `${directory}/${EXPORT_FILE}`);
	const said = content === null ? null : parseSaid(content.toString("utf8"));
	if (said === null) return null;
	const { composed, files } = said;
	const sizes = await inParallel(
		files,
		LANES,
		async ({ path }) => (await storage.stat(`${directory}/${path}`))?.size,
	);
	if (files.some(({ bytes }, i) => sizes[i] !== bytes)) return null;
	const list = files.find(({ path }) => path === INJECTED_FILE);
	return {
		data: `${directory}/data`,
		injected: list ? { ...list, path: `${directory}/${list.path}` } : null,
		summary: composed,
	};
}

interface Said {
	composed: ComposeSummary;
	files: DatasetFile[];
}

/** Null for what composing has not written. */
function parseSaid(text: string): Said | null {
	try {
		const said = parseJson(text);
		const isOne = Array.isArray(said?.files) && said.composed !== undefined;
		return isOne ? said : null;
	} catch {
		return null;
	}
}
