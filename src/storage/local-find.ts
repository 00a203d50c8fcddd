import { isUtf8 } from "node:buffer";
import type { Dirent, Stats } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { type FileSystemAdapter, glob, isDynamicPattern } from "tinyglobby";
import { UsageError } from "../core/errors.js";
import type { FoundFile } from "./storage.js";
import { attempt, hasCode } from "./system-errors.js";

/** See `Storage.find`. */
export async function findFiles(asked: string): Promise<FoundFile[]> {
	const found = await attempt("read", asked, () => kindOf(asked));
	if (found?.kind === "directory") return filesBelow(asked);
	if (found !== null) return [await describe(asked)];
	if (!isDynamicPattern(asked))
		throw new UsageError(
			"no-such-input",
			`there is no file or directory ${asked}.`,
		);
	const paths = await matchesOf(asked);
	if (paths.length === 0)
		throw new UsageError("no-such-input", `no file matches ${asked}.`);
	const files: FoundFile[] = [];
	for (const path of paths.sort(byCodeUnit)) files.push(await describe(path));
	return files;
}

function byCodeUnit(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

interface Kind {
	kind: "file" | "directory" | "other";
	/** Bytes of a file; 0 for anything else. */
	size: number;
	isLink: boolean;
}

/** What is at a path; null when nothing is. A link that leads nowhere is something. */
async function kindOf(path: string): Promise<Kind | null> {
	let own: Stats;
	try {
		own = await lstat(path);
	} catch (error) {
		if (hasCode(error, "ENOENT", "ENOTDIR")) return null;
		throw error;
	}
	const isLink = own.isSymbolicLink();
	const target = isLink ? await targetOf(path) : own;
	if (target?.isFile()) return { kind: "file", size: target.size, isLink };
	const kind = target?.isDirectory() ? "directory" : "other";
	return { kind, size: 0, isLink };
}

/** What a link leads to; null when it leads nowhere. */
async function targetOf(link: string): Promise<Stats | null> {
	try {
		return await stat(link);
	} catch (error) {
		if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return null;
		throw error;
	}
}

async function describe(path: string): Promise<FoundFile> {
	return attempt("read", path, async () => {
		const found = await kindOf(path);
		if (found?.kind === "file")
			return {
				path,
				kind: "file",
				size: found.size,
				identity: await realpath(path),
			};
		return { path, kind: "other", size: 0, identity: resolve(path) };
	});
}

interface Entry extends Kind {
	name: string;
	/** The name with the bytes that are not UTF-8 as \xNN; null where all are. */
	escaped: string | null;
}

/** All that is in a directory, but not what goes away meanwhile. */
async function entriesOf(
	directory: string,
	isWanted: (entry: Dirent<Buffer>) => boolean = () => true,
): Promise<Entry[]> {
	const entries: Entry[] = [];
	const read = () =>
		readdir(directory, { withFileTypes: true, encoding: "buffer" });
	for (const entry of await attempt("read", directory, read)) {
		if (!isWanted(entry)) continue;
		const name = entry.name.toString("utf8");
		const path = join(directory, name);
		if (!isUtf8(entry.name)) {
			const kind = entry.isDirectory() ? "directory" : "other";
			const escaped = escapeBytes(entry.name);
			entries.push({ name, escaped, kind, size: 0, isLink: false });
			continue;
		}
		const kind = await attempt("read", path, () => kindOf(path));
		if (kind !== null) entries.push({ name, escaped: null, ...kind });
	}
	return entries;
}

/** The files below a directory, in the order of their paths. */
async function filesBelow(root: string): Promise<FoundFile[]> {
	const top =
		sep === "/" ? root.replace(/\/+$/, "") : root.replace(/[/\\]+$/, "");
	const files: FoundFile[] = [];
	/** Directories met so far, as paths without links. */
	const seen = new Set<string>();
	const walk = async (directory: string, prefix: string, real: string) => {
		if (seen.has(real)) return;
		seen.add(real);
		const entries = await entriesOf(directory, isVisible);
		// As paths sort: what is in a directory goes by a name with "/" after it.
		const inOrder = entries
			.map((entry) => ({ entry, key: sortKey(entry) }))
			.sort((a, b) => byCodeUnit(a.key, b.key));
		for (const { entry } of inOrder) {
			const { name, escaped, kind, size, isLink } = entry;
			if (escaped !== null) throw badName(prefix + escaped);
			const path = prefix + name;
			const identity = await attempt("read", path, () =>
				isLink && kind !== "other" ? realpath(path) : join(real, name),
			);
			if (kind === "directory") await walk(path, `${path}/`, identity);
			else files.push({ path, kind, size, identity });
		}
	};
	const real = await attempt("read", root, () => realpath(root));
	const prefix = top === "." ? "" : `${top}/`;
	await walk(root, prefix, real);
	return files;
}

function sortKey({ name, kind }: Entry): string {
	return kind === "directory" ? `${name}/` : name;
}

const DOT = 46;

function isVisible(entry: Dirent<Buffer>): boolean {
	return entry.name[0] !== DOT;
}

/**
 * The paths that match a glob. tinyglobby passes over directories that cannot be
 * read, links that lead nowhere, pipes and devices: it is shown them as files.
 */
async function matchesOf(pattern: string): Promise<string[]> {
	/** Only such a pattern goes to any depth. */
	const mayBeEndless = /\*\*|\(/.test(pattern);
	const badNames = new Map<string, string>();
	const failures: unknown[] = [];
	const show = async (asked: string) => {
		const directory = resolve(asked);
		const bad = badNames.get(directory);
		if (bad !== undefined) throw badName(bad);
		const shown = [];
		for (const { name, escaped, kind, isLink } of await entriesOf(directory)) {
			const path = join(directory, name);
			if (escaped !== null) badNames.set(path, join(directory, escaped));
			const isDirectory = kind === "directory";
			if (isDirectory && isLink && mayBeEndless && (await leadsUp(path)))
				continue;
			shown.push({
				name,
				isFile: () => !isDirectory,
				isDirectory: () => isDirectory,
				isSymbolicLink: () => false,
			});
		}
		return shown;
	};
	let isRoot = true;
	const read = (
		directory: string,
		_options: unknown,
		done: (error: unknown, entries: object[]) => void,
	) => {
		const mayBeMissing = isRoot;
		isRoot = false;
		show(directory).then(
			(entries) => done(null, entries),
			async (error) => {
				const there = await kindOf(directory).catch(() => undefined);
				if (there !== null || !mayBeMissing) failures.push(error);
				done(null, []);
			},
		);
	};
	const paths = await glob(pattern, {
		absolute: isAbsolute(pattern),
		dot: false,
		expandDirectories: false,
		followSymbolicLinks: false,
		fs: {
			readdir: read as unknown as FileSystemAdapter["readdir"],
		} as FileSystemAdapter,
	});
	if (failures.length > 0) throw failures[0];
	for (const path of paths) {
		const bad = badNames.get(resolve(path));
		if (bad !== undefined) throw badName(bad);
	}
	return paths;
}

/** Whether a link leads to a directory that its path goes through: all in it is found without it. */
async function leadsUp(link: string): Promise<boolean> {
	const real = await realpath(link);
	let path = link;
	while (dirname(path) !== path) {
		path = dirname(path);
		if ((await realpath(path)) === real) return true;
	}
	return false;
}

function badName(path: string): UsageError {
	return new UsageError(
		"bad-file-name",
		`${path} has a name that is not UTF-8: rename it.`,
	);
}

/** A name as text; each byte that belongs to no character of UTF-8 as \xNN. */
function escapeBytes(name: Buffer): string {
	let text = "";
	for (let at = 0; at < name.length; ) {
		const length = [1, 2, 3, 4].find(
			(n) => at + n <= name.length && isUtf8(name.subarray(at, at + n)),
		);
		if (length === undefined)
			text += `\\x${name[at].toString(16).padStart(2, "0")}`;
		else text += name.toString("utf8", at, at + length);
		at += length ?? 1;
	}
	return text;
}
