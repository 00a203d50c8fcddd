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
import { EnvironmentError } from "../../src/core/errors.js";
import { sha256 } from "../../src/storage/hash.js";
import { localFiles } from "../../src/storage/local.js";
import { partialName, type Storage } from "../../src/storage/storage.js";
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
	/** The number of one that fails, as on a disk that is full for a moment. */
	fault = Number.POSITIVE_INFINITY;

	readonly #moves: boolean;

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
		if (!existsSync(lock)) return;
		const holder = JSON.parse(readFileSync(lock, "utf8"));
		writeFileSync(lock, JSON.stringify({ ...holder, pid: deadProcess }));
	}

	#deed(what: string, url: string): string {
		if (this.deeds >= this.end) throw new Death(`${what} ${url}`);
		if (this.deeds++ === this.fault)
			throw new EnvironmentError(
				"cannot-write",
				`cannot write ${pathOf(url)}: the disk is full.`,
			);
		this.log.push(`${what} ${pathOf(url)}`);
		return pathOf(url);
	}

	#storage(): Storage {
		const { move } = localFiles;
		return {
			...localFiles,
			stat: (url) => localFiles.stat(pathOf(url)),
			list: (url) => localFiles.list(pathOf(url)),
			open: (url) => localFiles.open(pathOf(url)),
			openForRandomAccess: (url) => localFiles.openForRandomAccess(pathOf(url)),
			linkAt: async (url) => (await localFiles.linkAt?.(pathOf(url))) ?? null,
			create: async (url, { partialsIn } = {}) => {
				const path = this.#deed("create", url);
				const directory = partialsIn ? pathOf(partialsIn) : dirname(path);
				const name = partialName(basename(path), String(partials++));
				const partial = join(directory, name);
				if (this.#moves) {
					mkdirSync(directory, { recursive: true });
					writeFileSync(partial, "");
				}
				const chunks: Buffer[] = [];
				return {
					async write(bytes) {
						chunks.push(Buffer.from(bytes));
					},
					commit: async () => {
						this.#deed("commit", url);
						const content = Buffer.concat(chunks);
						mkdirSync(dirname(path), { recursive: true });
						mkdirSync(directory, { recursive: true });
						writeFileSync(partial, content);
						renameSync(partial, path);
						return { bytes: content.length, sha256: sha256(content) };
					},
					abort: async () => {
						this.#deed("abort", url);
						rmSync(partial, { force: true });
					},
				};
			},
			createExclusive: async (url, content) =>
				localFiles.createExclusive(this.#deed("lock", url), content),
			move: async (from, to) => move?.(pathOf(from), this.#deed("move", to)),
			moveAll: async (files) => {
				for (const { from, to } of files)
					if (existsSync(pathOf(from)))
						await move?.(pathOf(from), this.#deed("move", to));
			},
			remove: async (url) => localFiles.remove(this.#deed("remove", url)),
			removeEmpty: async (url) =>
				localFiles.removeEmpty(this.#deed("removeEmpty", url)),
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
