import { confined } from "../storage/confined.js";
import type { PendingFile, Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";

/** The state of builds, below the output directory. */
export const STATE = ".seqpack";
export const LOCK = `${STATE}/lock`;
export const PLAN = `${STATE}/plan.json`;
/** Where standard input is kept as a file while it is built from. */
export const SPOOL = `${STATE}/stdin`;

/** Letters of the plan's hash in the name of its state's directory. */
const HASH_LETTERS = 16;

/**
 * The output directory of a build, as the build of one plan sees it: where its files
 * are, and a storage that touches nothing outside.
 */
export class Workspace {
	readonly out: string;
	readonly storage: Storage;
	readonly planHash: string;

	/** @param storage Where it is, if it is not where the path says. */
	constructor(out: string, planHash: string, storage = storageAt(out)) {
		this.out = out;
		this.storage = confined(storage, out);
		this.planHash = planHash;
	}

	/** Where a file of the dataset is in the end. */
	place(path: string): string {
		return `${this.out}/${path}`;
	}

	/**
	 * Where it is until the whole build is done, so that nobody reads half a dataset:
	 * aside, or, in a storage without renames, in its place. Its name is of this plan
	 * alone, so it never replaces another dataset's.
	 */
	waiting(path: string): string {
		return this.storage.move === undefined
			? this.place(path)
			: this.state(`staged/${path}`);
	}

	/**
	 * Begins a file of this plan, of which every attempt writes the same. Whoever finds it
	 * lost runs its task again; those that are left are kept for good once they come to
	 * their places, many at a time.
	 */
	create(path: string): Promise<PendingFile> {
		return this.storage.create(path, { once: true, mayBeLost: true });
	}

	/** The plan of the build that is under way; not always this one. */
	get plan(): string {
		return this.place(PLAN);
	}

	/** Where the plan is written; gone once it is in its place. */
	get work(): string {
		return this.place(`${STATE}/work`);
	}

	/** A file of this plan's state; gone once the dataset is there. */
	state(path = ""): string {
		return stateOf(this.out, this.planHash, path);
	}

	record(task: number): string {
		return this.state(`tasks/${padded(task)}.json`);
	}

	/** What a task leaves to be packed with what others leave. */
	leftovers(task: number): string {
		return this.state(`leftovers/${padded(task)}.arrow`);
	}

	/** What a task finds out for others. */
	findings(task: number): string {
		return this.state(`findings/${padded(task)}.bin`);
	}

	/** The task's own list of the spans that a recipe has put into its documents. */
	injected(task: number): string {
		return this.state(`injected/${padded(task)}.parquet`);
	}

	/** The task's own list of skipped records, with lines counted in its spans. */
	skipped(task: number): string {
		return this.state(`skipped/${padded(task)}.jsonl`);
	}
}

/** The state of a plan, below an output directory. */
export function stateOf(out: string, planHash: string, path = ""): string {
	const directory = `${out}/${STATE}/${planHash.slice(0, HASH_LETTERS)}`;
	return path === "" ? directory : `${directory}/${path}`;
}

function padded(task: number): string {
	return String(task).padStart(5, "0");
}
