import { spawnSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Random, randomBelow } from "../../src/core/random.js";
import { sha256 } from "../../src/storage/hash.js";
import { localFiles } from "../../src/storage/local.js";
import {
	type CreateOptions,
	type PendingFile,
	partialName,
	type Storage,
} from "../../src/storage/storage.js";
import { explainSystemError } from "../../src/storage/system-errors.js";
import type { PowerLoss } from "./power-loss.js";
import { registered } from "./registered.js";

/** The scheme of URLs of mortal files: `mortal:/path`. */
const SCHEME = "mortal";

/** What is thrown at the moment of death, and by everything after it. */
export class Death extends Error {}

/**
 * Files on this machine whose changes are counted, and end at one of them, as they do for
 * a process that is killed right before it: nothing that comes later changes anything.
 */
export class MortalFiles {
	/** Changes so far: files begun, put in place, moved, removed. */
	deeds = 0;
	/** What each was: the deed and its path. */
	readonly log: string[] = [];
	/** The number of the deed that is not done any more. */
	end = Number.POSITIVE_INFINITY;
	/** The number of one that fails, as on a disk that is full for a moment, and how. */
	fault = Number.POSITIVE_INFINITY;
	code = "ENOSPC";
	/** Where it is given, unfinished files have some of their bytes at the end, as chance has it. */
	torn: Random | null = null;
	/** Where it is given, what was not synced may be undone at the end, as when the power fails. */
	power: PowerLoss | null = null;

	readonly #moves: boolean;
	readonly #open = new Map<string, Buffer[]>();
	/** Files that need not be kept if the power fails. */
	readonly #scratch = new Set<string>();

	/** @param moves Whether files can be renamed; where not, unfinished ones cannot be seen. */
	constructor(moves = true) {
		this.#moves = moves;
		const { move, moveAll, ...others } = this.#storage();
		const moving = { ...(move && { move }), ...(moveAll && { moveAll }) };
		registered(SCHEME, moves ? { ...others, ...moving } : others);
	}

	url(path: string): string {
		return `${SCHEME}:${path}`;
	}

	/** Lets changes be made again, with another process in the place of the dead one. */
	revive(lock: string): void {
		this.deeds = 0;
		this.log.length = 0;
		this.end = Number.POSITIVE_INFINITY;
		this.fault = Number.POSITIVE_INFINITY;
		this.torn = null;
		this.power = null;
		this.#open.clear();
		this.#scratch.clear();
		if (!existsSync(lock)) return;
		const text = readFileSync(lock, "utf8");
		if (text === "") return;
		writeFileSync(
			lock,
			JSON.stringify({ ...JSON.parse(text), pid: deadProcess }),
		);
	}

	#deed(what: string, url: string): string {
		if (this.deeds >= this.end) {
			this.#die();
			throw new Death(`${what} ${url}`);
		}
		const path = pathOf(url);
		if (this.deeds++ === this.fault) {
			const error = Object.assign(
				new Error(`${this.code}: it cannot be done, ${what}`),
				{ code: this.code, syscall: what },
			);
			const isRemoval = what.startsWith("remove");
			throw explainSystemError(error, isRemoval ? "remove" : "write", path);
		}
		this.log.push(`${what} ${path}`);
		return path;
	}

	/** What the disk holds of files that nobody has finished. */
	#die(): void {
		const { torn } = this;
		if (torn !== null)
			for (const [partial, chunks] of this.#open) {
				const content = Buffer.concat(chunks);
				const length = randomBelow(torn, content.length + 1);
				if (existsSync(partial))
					writeFileSync(partial, content.subarray(0, length));
			}
		this.#open.clear();
		this.power?.strike([...this.#scratch]);
		this.#scratch.clear();
		this.power = null;
		this.torn = null;
	}

	#create(url: string, options: CreateOptions): PendingFile {
		const path = this.#deed("create", url);
		const { partialsIn, scratch = false, mayBeLost = scratch } = options;
		const directory = partialsIn ? pathOf(partialsIn) : dirname(path);
		const name = partialName(basename(path), String(partials++));
		const partial = join(directory, name);
		if (this.#moves) {
			mkdirSync(directory, { recursive: true });
			writeFileSync(partial, "");
		}
		const chunks: Buffer[] = [];
		this.#open.set(partial, chunks);
		return {
			async write(bytes) {
				chunks.push(Buffer.from(bytes));
			},
			commit: async () => {
				const content = Buffer.concat(chunks);
				try {
					this.#deed("commit", url);
				} catch (error) {
					// As a commit that fails does; one that is killed leaves what there is.
					if (!(error instanceof Death)) rmSync(partial, { force: true });
					throw error;
				}
				this.#open.delete(partial);
				mkdirSync(dirname(path), { recursive: true });
				mkdirSync(directory, { recursive: true });
				writeFileSync(partial, content);
				renameSync(partial, path);
				if (scratch) this.#scratch.add(path);
				else if (mayBeLost) this.power?.appears(path);
				else this.power?.synced(dirname(path));
				return { bytes: content.length, sha256: sha256(content) };
			},
			abort: async () => {
				this.#deed("abort", url);
				this.#open.delete(partial);
				rmSync(partial, { force: true });
			},
		};
	}

	async #move(from: string, to: string): Promise<void> {
		const path = this.#deed("move", to);
		await localFiles.move?.(pathOf(from), path);
	}

	#storage(): Storage {
		return {
			...localFiles,
			stat: (url) => localFiles.stat(pathOf(url)),
			list: (url) => localFiles.list(pathOf(url)),
			find: async (url, options) => {
				const found = await localFiles.find(pathOf(url), options);
				return found.map((file) => ({ ...file, path: this.url(file.path) }));
			},
			open: (url) => localFiles.open(pathOf(url)),
			openForRandomAccess: (url) => localFiles.openForRandomAccess(pathOf(url)),
			linkAt: async (url) => (await localFiles.linkAt?.(pathOf(url))) ?? null,
			create: async (url, options = {}) => this.#create(url, options),
			createExclusive: async (url, content) =>
				localFiles.createExclusive(this.#deed("lock", url), content),
			move: async (from, to) => {
				await this.#move(from, to);
				this.power?.synced(dirname(pathOf(to)));
			},
			moveAll: async (files) => {
				const order = this.power?.shuffled(files) ?? files;
				for (const { from, to } of order)
					if (existsSync(pathOf(from))) {
						this.power?.moves(pathOf(from), pathOf(to));
						await this.#move(from, to);
					}
				for (const { to } of files) this.power?.synced(dirname(pathOf(to)));
			},
			remove: async (url) => {
				const path = this.#deed("remove", url);
				this.power?.removes(path);
				await localFiles.remove(path);
			},
			syncDirectory: async (url) => {
				this.power?.synced(this.#deed("removed for good", url));
			},
			removeEmpty: async (url) =>
				localFiles.removeEmpty(this.#deed("removeEmpty", url)),
			absolute: (url) => this.url(localFiles.absolute(pathOf(url))),
			makeDirectory: async (url) =>
				localFiles.makeDirectory(this.#deed("makeDirectory", url)),
		};
	}
}

let partials = 0;

/** The number of a process that has ended. */
const deadProcess = spawnSync(process.execPath, ["--version"]).pid;

function pathOf(url: string): string {
	return url.slice(SCHEME.length + 1);
}
