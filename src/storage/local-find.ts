import { isUtf8 } from "node:buffer";
import type { BigIntStats, Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { type FileSystemAdapter, glob, isDynamicPattern } from "tinyglobby";
import { UsageError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { versionOf } from "./local-version.js";
import type { FindOptions, FoundFile, PassedOver } from "./storage.js";
import { attempt, hasCode } from "./system-errors.js";

/** `lstat`s at a time. */
const WIDTH = 32;

/** See `Storage.find`. */
export async function findFiles(
	asked: string,
	options: FindOptions = {},
): Promise<FoundFile[]> {
	const found = await attempt("read", asked, () => kindOf(asked));
	if (found?.kind === "directory") return filesBelow(asked, options);
	if (found !== null) return [await describe(asked, found)];
	if (!isDynamicPattern(asked))
		throw new UsageError(
			"no-such-input",
			`there is no file or directory ${asked}.`,
		);
	const paths = await matchesOf(asked, options);
	if (paths.length === 0)
		throw new UsageError("no-such-input", `no file matches ${asked}.`);
	const files = await inParallel(paths.sort(byCodeUnit), WIDTH, (path) =>
		attempt("read", path, () => kindOf(path)).then(
			(kind) => describe(path, kind),
			(error) => passOver(options, path, "unreadable", error),
		),
	);
	return files.filter((file) => file !== null);
}

/** Tells of what is passed over, or throws why it must not be. */
function passOver(
	{ onPassedOver }: FindOptions,
	path: string,
	why: PassedOver["why"],
	error: unknown,
): null {
	if (onPassedOver !== undefined) onPassedOver({ path, why, error });
	else if (error !== null) throw error;
	return null;
}

function byCodeUnit(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

interface Kind {
	kind: "file" | "directory" | "other";
	/** Bytes of a file; 0 for anything else. */
	size: number;
	version: string;
	isLink: boolean;
}

/** What is at a path; null when nothing is. A link that leads nowhere is something. */
async function kindOf(path: string): Promise<Kind | null> {
	let own: BigIntStats;
	try {
		own = await lstat(path, { bigint: true });
	} catch (error) {
		if (hasCode(error, "ENOENT", "ENOTDIR")) return null;
		throw error;
	}
	const isLink = own.isSymbolicLink();
	const target = isLink ? await targetOf(path) : own;
	if (target?.isFile())
		return {
			kind: "file",
			size: Number(target.size),
			version: versionOf(target),
			isLink,
		};
	const kind = target?.isDirectory() ? "directory" : "other";
	return { kind, size: 0, version: "", isLink };
}

/** What a link leads to; null when it leads nowhere. */
async function targetOf(link: string): Promise<BigIntStats | null> {
	try {
		return await stat(link, { bigint: true });
	} catch (error) {
		if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return null;
		throw error;
	}
}

async function describe(path: string, found: Kind | null): Promise<FoundFile> {
	if (found?.kind === "file") {
		const { kind, size, version } = found;
		const identity = await attempt("read", path, () => realpath(path));
		return { path, below: null, kind, size, version, identity };
	}
	const identity = resolve(path);
	return { path, below: null, kind: "other", size: 0, version: "", identity };
}

interface Entry extends Kind {
	name: string;
	/** The name with the bytes that are not UTF-8 as \xNN; null where all are. */
	escaped: string | null;
	/** Why it cannot be looked at; null where it can. */
	error: unknown;
}

function namesIn(directory: string): Promise<Dirent<Buffer>[]> {
	return attempt("read", directory, () =>
		readdir(directory, { withFileTypes: true, encoding: "buffer" }),
	);
}

/** What some names in a directory are of, but not what goes away meanwhile. */
async function entriesOf(
	directory: string,
	names: readonly Dirent<Buffer>[],
): Promise<Entry[]> {
	const entries = await inParallel(names, WIDTH, async (entry) => {
		const name = entry.name.toString("utf8");
		const kind = entry.isDirectory() ? "directory" : "other";
		const unknown = {
			name,
			kind,
			size: 0,
			version: "",
			isLink: false,
		} as const;
		if (!isUtf8(entry.name))
			return { ...unknown, escaped: escapeBytes(entry.name), error: null };
		const path = join(directory, name);
		try {
			const kind = await attempt("read", path, () => kindOf(path));
			return kind && { name, ...kind, escaped: null, error: null };
		} catch (error) {
			return { ...unknown, escaped: null, error };
		}
	});
	return entries.filter((entry) => entry !== null);
}

/** The files below a directory, in the order of their paths. */
async function filesBelow(
	root: string,
	options: FindOptions,
): Promise<FoundFile[]> {
	const top =
		sep === "/" ? root.replace(/\/+$/, "") : root.replace(/[/\\]+$/, "");
	const start = top === "." ? "" : `${top}/`;
	const leaveOut = options.leaveOut ?? (() => false);
	const files: FoundFile[] = [];
	/** Directories met so far, as paths without links. */
	const seen = new Set<string>();
	/** @param prefix The directory's path below the root, with "/" at its end. */
	const walk = async (directory: string, prefix: string, real: string) => {
		if (seen.has(real)) return;
		seen.add(real);
		let names: Dirent<Buffer>[];
		try {
			names = await namesIn(directory);
		} catch (error) {
			passOver(options, start + prefix || root, "unreadable", error);
			return;
		}
		for (const entry of names.filter((entry) => !isVisible(entry))) {
			const kind = entry.isDirectory() ? "directory" : "file";
			const name = prefix + shown(entry.name);
			const path = start + name + (kind === "directory" ? "/" : "");
			if (!leaveOut(name, kind)) passOver(options, path, "hidden", null);
		}
		const entries = await entriesOf(directory, names.filter(isVisible));
		// As paths sort: what is in a directory goes by a name with "/" after it.
		const inOrder = entries
			.map((entry) => ({ entry, key: sortKey(entry) }))
			.sort((a, b) => byCodeUnit(a.key, b.key));
		for (const { entry } of inOrder) {
			const { name, escaped, error, kind, size, version, isLink } = entry;
			const below = prefix + name;
			const path = start + below;
			if (leaveOut(below, kind === "directory" ? kind : "file")) continue;
			if (escaped !== null) {
				const named = start + prefix + escaped;
				passOver(options, named, "bad-name", badName(named));
				continue;
			}
			if (error !== null) {
				passOver(options, path, "unreadable", error);
				continue;
			}
			const identity =
				isLink && kind !== "other"
					? await attempt("read", path, () => realpath(path))
					: join(real, name);
			if (kind !== "directory")
				files.push({ path, below, kind, size, version, identity });
			else await walk(path, `${below}/`, identity);
		}
	};
	const real = await attempt("read", root, () => realpath(root));
	await walk(root, "", real);
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
async function matchesOf(
	pattern: string,
	options: FindOptions,
): Promise<string[]> {
	/** Only such a pattern goes to any depth. */
	const mayBeEndless = /\*\*|\(/.test(pattern);
	const badNames = new Map<string, string>();
	const failures: { directory: string; error: unknown }[] = [];
	const show = async (asked: string) => {
		const directory = resolve(asked);
		const bad = badNames.get(directory);
		if (bad !== undefined) throw badName(bad);
		const shown = [];
		const entries = await entriesOf(directory, await namesIn(directory));
		for (const { name, escaped, kind, isLink } of entries) {
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
				if (there !== null || !mayBeMissing)
					failures.push({ directory, error });
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
	for (const { directory, error } of failures) {
		// Under a name that is not UTF-8 a directory is not found again.
		const bad = badNames.get(resolve(directory));
		if (bad === undefined)
			passOver(options, `${directory}/`, "unreadable", error);
		else passOver(options, `${bad}/`, "bad-name", error);
	}
	return paths.filter((path) => {
		const bad = badNames.get(resolve(path));
		if (bad !== undefined) passOver(options, bad, "bad-name", badName(bad));
		return bad === undefined;
	});
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

function shown(name: Buffer): string {
	return isUtf8(name) ? name.toString("utf8") : escapeBytes(name);
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
