import { optionName, UsageError } from "../core/errors.js";
import { parseJson } from "../core/json.js";
import { findManifest } from "../dataset/find-manifest.js";
import { filesOf, MANIFEST, type Manifest } from "../dataset/manifest.js";
import { confined, isPlainPath } from "../storage/confined.js";
import { requireWhole } from "../storage/file-sizes.js";
import {
	type OwnDirectory,
	removeBelow,
	STATE,
	withLockedDirectory,
} from "../storage/locked-directory.js";
import { signedJson } from "../storage/signed-json.js";
import {
	type PendingFile,
	readIfThere,
	type Storage,
	transfer,
	type WrittenFile,
	writeAll,
} from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";

/** Where files are until all are written. */
const WORK = `${STATE}/convert`;
/** List the files that come to their places, and those that go. */
const NEXT = `${STATE}/next.json`;
const BEFORE = `${STATE}/before.json`;
/** The plan of a build that is not finished. */
const BEGUN = `${STATE}/plan.json`;

/**
 * The output directory of a dataset that is made of another one. All files are written aside
 * and put in their places once all are there, the manifest last: a dataset that was there before
 * has its own until then. What was killed before that, or in its middle, is removed by the next
 * call.
 */
export class DatasetDirectory implements OwnDirectory {
	readonly out: string;
	readonly #storage: Storage;

	constructor(out: string) {
		this.out = out;
		this.#storage = confined(storageAt(out), out);
	}

	create(path: string): Promise<PendingFile> {
		return this.#storage.create(this.#inWork(path));
	}

	write(path: string, content: string): Promise<WrittenFile> {
		return writeAll(this.#storage, this.#inWork(path), content);
	}

	/** Puts the files that the manifest lists in their places, and the manifest last. */
	async publish(manifest: Manifest): Promise<void> {
		const before = await findManifest(this.out);
		const files = filesOf(manifest);
		// Both say which files are ours, whenever this is killed.
		await this.#list(BEFORE, before === null ? [] : filesOf(before));
		await this.#list(NEXT, files);
		for (const { path } of files)
			await transfer(this.#storage, this.#inWork(path), this.#in(path));
		await writeAll(this.#storage, this.#in(MANIFEST), signedJson(manifest), {
			partialsIn: this.#in(WORK),
		});
		await this.tidy();
	}

	/**
	 * The dataset that is there, where it is that of a plan.
	 * @throws UsageError `output-in-use` where a file of it is not there
	 */
	async finished(planHash: string): Promise<Manifest | null> {
		const manifest = await findManifest(this.out);
		if (manifest?.planHash !== planHash) return null;
		const what = "this very dataset";
		await requireWhole(this.#storage, this.out, what, filesOf(manifest));
		return manifest;
	}

	/** Removes what this call, or one that was killed, leaves beside what the manifest lists. */
	async tidy(): Promise<void> {
		const manifest = await findManifest(this.out);
		const kept = new Set(filesOf(manifest ?? {}).map(({ path }) => path));
		for (const list of [BEFORE, NEXT]) {
			const listed = (await this.#listed(list)) ?? [];
			const gone = listed.filter(
				(path) => !kept.has(path) && path !== MANIFEST,
			);
			await removeBelow(this.#storage, this.out, gone);
			await this.#storage.remove(this.#in(list));
		}
		await this.#storage.remove(this.#in(WORK));
	}

	/**
	 * @throws UsageError `output-in-use` where something else than a dataset is in the way, or one
	 * that is not to be replaced
	 */
	async requireFree(overwrite: boolean): Promise<void> {
		const { out } = this;
		const refuse = (why: string) => new UsageError("output-in-use", why);
		const another = `choose another directory (${optionName("out")})`;
		const found = await this.#storage.stat(out);
		if (found !== null && found.kind !== "directory")
			throw refuse(`${out} is a file, not a directory: ${another}.`);
		if ((await this.#storage.stat(this.#in(BEGUN))) !== null)
			throw refuse(`${out} holds an unfinished build: ${another}.`);
		const manifest = await findManifest(out);
		if (manifest !== null && !overwrite)
			throw refuse(
				`${out} holds a dataset already: ${another}, or replace it with ${optionName("overwrite", true)}.`,
			);
		const isBegun = (await this.#listed(NEXT)) !== null;
		const others = (await this.#storage.list(out)).filter(
			(name) => name !== STATE,
		);
		if (others.length > 0 && manifest === null && !isBegun)
			throw refuse(
				`${out} already holds something else (${others.slice(0, 3).join(", ")}): ${another}, or empty it.`,
			);
	}

	async #list(path: string, files: readonly { path: string }[]): Promise<void> {
		const paths = files.map((file) => file.path);
		const content = JSON.stringify(paths);
		await writeAll(this.#storage, this.#in(path), content, {
			partialsIn: this.#in(WORK),
		});
	}

	/** The paths that one of our lists has; null where there is no such list. */
	async #listed(path: string): Promise<string[] | null> {
		const content = await readIfThere(this.#storage, this.#in(path));
		if (content === null) return null;
		try {
			return parseJson(content.toString("utf8")).filter(isPlainPath);
		} catch {
			return null;
		}
	}

	#inWork(path: string): string {
		return this.#in(`${WORK}/${path}`);
	}

	#in(path: string): string {
		return `${this.out}/${path}`;
	}
}

/**
 * Holds the lock of an output directory while `action` writes a dataset there.
 * @param finished What is there, where it is what this call would make.
 * @throws UsageError `output-in-use`, `in-use`
 */
export async function withDatasetDirectory<T>(
	out: string,
	overwrite: boolean,
	finished: (directory: DatasetDirectory) => Promise<T | null>,
	action: (directory: DatasetDirectory) => Promise<T>,
): Promise<T> {
	const directory = new DatasetDirectory(out);
	return withLockedDirectory(
		confined(storageAt(out), out),
		out,
		`conversion to ${out}`,
		directory,
		{ overwrite, finished: () => finished(directory) },
		() => action(directory),
	);
}
