import { UsageError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { withoutSlashes } from "../core/text.js";
import { LANES } from "./lanes.js";
import type { Move, Storage } from "./storage.js";

/** Bytes of a name, and letters of a path: more no file system has, nor an object store. */
const LONGEST_NAME = 255;
const LONGEST_PATH = 1024;

/**
 * Whether a path that a record or manifest holds is plain: relative, with "/" between
 * parts, none of them empty, "." or "..", nor longer than a name may be. Only such a path stays below the
 * directory that it is appended to, on every system.
 */
export function isPlainPath(path: unknown): path is string {
	return (
		typeof path === "string" &&
		// On Windows a backslash parts names, and a colon follows a drive.
		!/[\\:\0]/.test(path) &&
		path
			.split("/")
			.every(
				(part) =>
					part !== "" &&
					part !== "." &&
					part !== ".." &&
					Buffer.byteLength(part) <= LONGEST_NAME,
			) &&
		path.length <= LONGEST_PATH
	);
}

/**
 * The same storage, which writes, moves and removes nothing but what lies below a
 * directory itself. It refuses paths that are not `root` with a plain path after it,
 * and paths that go through a link below `root`; `root` may be a link, and a link may
 * be removed or replaced. Links that someone else makes in the same moment go unseen.
 *
 * Reading is not confined: ask `isPlainPath` of a path that was read from a file.
 * @throws UsageError `outside` from each call that is refused; `read-only` at once where nothing can be written
 */
export function confined(storage: Storage, root: string): Storage {
	storage.requireWritable?.(root);
	const top = withoutSlashes(root);

	/** The path below `root`, or null where it is none; "" is `root` itself. */
	const below = (path: string): string | null => {
		if (path === top || path === root) return "";
		const start = top === "/" ? top : `${top}/`;
		const rest = path.startsWith(start)
			? path.slice(start.length).replace(/^\/+/, "")
			: null;
		return isPlainPath(rest) ? rest : null;
	};

	const requireBelow = (path: string, mayBeRoot: boolean): string => {
		const rest = below(path);
		if (rest === null || (rest === "" && !mayBeRoot))
			throw new UsageError(
				"outside",
				`${path} is not below ${top}: only what lies in ${top} itself is written or removed.`,
			);
		return rest;
	};

	const requireNoLink = async (place: string) => {
		const target = (await storage.linkAt?.(place)) ?? null;
		if (target !== null)
			throw new UsageError(
				"outside",
				`${place} is a link to ${target}; only what lies in ${top} itself is written or removed: remove the link.`,
			);
	};

	/** @param itself Whether the last part of the path must be no link either. */
	const check = async (path: string, itself: boolean, mayBeRoot = false) => {
		const rest = requireBelow(path, mayBeRoot);
		if (storage.linkAt === undefined || rest === "") return;
		const parts = rest.split("/");
		for (let end = 1; end <= parts.length; end++) {
			if (end === parts.length && !itself) return;
			await requireNoLink(
				`${top === "/" ? "" : top}/${parts.slice(0, end).join("/")}`,
			);
		}
	};

	/** Checks many paths, each directory once. */
	const checkAll = async (paths: readonly string[], itself: boolean) => {
		const directories = new Map(
			paths.map((path) => [path.replace(/[^/]*$/, ""), path]),
		);
		await inParallel([...directories.values()], LANES, (path) =>
			check(path, false),
		);
		await inParallel(paths, LANES, async (path) => {
			requireBelow(path, false);
			if (itself) await requireNoLink(path);
		});
	};

	const { move, moveAll, copy } = storage;
	return {
		...storage,
		async create(path, options = {}) {
			await check(path, false);
			if (options.partialsIn !== undefined)
				await check(options.partialsIn, true, true);
			return storage.create(path, options);
		},
		async createExclusive(path, content) {
			await check(path, false);
			return storage.createExclusive(path, content);
		},
		...(move && {
			async move(from: string, to: string) {
				await check(from, true);
				await check(to, false);
				await move(from, to);
			},
		}),
		...(moveAll && {
			async moveAll(files: readonly Move[]) {
				await checkAll(
					files.map(({ from }) => from),
					true,
				);
				await checkAll(
					files.map(({ to }) => to),
					false,
				);
				await moveAll(files);
			},
		}),
		...(copy && {
			async copy(from: string, to: string) {
				await check(to, false);
				return copy(from, to);
			},
		}),
		async remove(path) {
			await check(path, false);
			await storage.remove(path);
		},
		async removeEmpty(path) {
			await check(path, false, true);
			await storage.removeEmpty(path);
		},
		async makeDirectory(path) {
			await check(path, true, true);
			await storage.makeDirectory(path);
		},
	};
}
