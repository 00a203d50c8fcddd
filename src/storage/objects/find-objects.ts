import picomatch from "picomatch";
import { isDynamicPattern } from "tinyglobby";
import { UsageError } from "../../core/errors.js";
import { globMatcher } from "../globs.js";
import type { FindOptions, FoundFile } from "../storage.js";
import type { ObjectInfo } from "./object-client.js";

/** What finding asks of a storage whose directories are what the names of its files go through. */
export interface Listing {
	head(path: string): Promise<ObjectInfo | null>;
	list(prefix: string): AsyncIterable<ObjectInfo[]>;
}

/**
 * `Storage.find` for such a storage.
 * @param top As much of a path as names no file: `s3://bucket/`; a pattern begins after it.
 */
export async function findObjects(
	listing: Listing,
	asked: string,
	top: string,
	{ leaveOut = () => false, onPassedOver }: FindOptions = {},
): Promise<FoundFile[]> {
	const directory = asked.replace(/\/+$/, "");
	const isFile = directory === asked && asked.length > top.length;
	const own = isFile ? await listing.head(asked) : null;
	if (own !== null) return [found(own, null)];

	const all = `${directory}/`;
	const below: FoundFile[] = [];
	const hidden = new Set<string>();
	const leftOut = new Map<string, boolean>();
	let isAny = false;
	/** Whether a directory is left out; each is asked of once. */
	const isLeftOut = (rest: string): boolean => {
		const known = leftOut.get(rest);
		if (known !== undefined) return known;
		const answer = leaveOut(rest, "directory");
		leftOut.set(rest, answer);
		return answer;
	};
	for await (const page of listing.list(all))
		for (const object of page) {
			isAny = true;
			const rest = object.path.slice(all.length);
			// What consoles make for an empty directory.
			if (rest === "" || rest.endsWith("/")) continue;
			const dot = /(?:^|\/)\.[^/]*(\/?)/.exec(rest);
			const visible = dot === null ? rest : rest.slice(0, dot.index);
			const tops = directoriesOf(visible);
			if (tops.some(isLeftOut)) continue;
			if (dot === null) {
				if (!leaveOut(rest, "file")) below.push(found(object, rest));
				continue;
			}
			const name = rest.slice(0, dot.index + dot[0].length);
			const kind = dot[1] === "/" ? "directory" : "file";
			if (!hidden.has(name) && !leaveOut(name.replace(/\/$/, ""), kind))
				hidden.add(name);
		}
	for (const name of hidden)
		onPassedOver?.({ path: all + name, why: "hidden", error: null });
	if (isAny) return below.sort(byPath);

	const pattern = asked.slice(top.length);
	if (!isDynamicPattern(pattern))
		throw new UsageError(
			"no-such-input",
			`there is no file or directory ${asked}.`,
		);
	const matching = await matches(listing, top, pattern);
	if (matching.length === 0)
		throw new UsageError("no-such-input", `no file matches ${asked}.`);
	return matching;
}

/** The files of all names that a pattern matches, which no directory above is hidden of. */
async function matches(
	listing: Listing,
	top: string,
	pattern: string,
): Promise<FoundFile[]> {
	const { prefix, glob } = picomatch.scan(pattern) as unknown as {
		prefix: string;
		glob: string;
	};
	const isMatch = globMatcher(pattern, { dot: false });
	// What comes before the first part with a wildcard is a directory.
	const base = pattern.slice(0, pattern.length - glob.length);
	const files: FoundFile[] = [];
	for await (const page of listing.list(
		top + prefix + base.slice(prefix.length),
	))
		for (const object of page)
			if (isMatch(object.path.slice(top.length)))
				files.push(found(object, null));
	return files.sort(byPath);
}

/** The directories that a path below another goes through, the topmost first. */
function directoriesOf(rest: string): string[] {
	const tops: string[] = [];
	for (let at = rest.indexOf("/"); at !== -1; at = rest.indexOf("/", at + 1))
		tops.push(rest.slice(0, at));
	return tops;
}

function found({ path, size, version }: ObjectInfo, below: string | null) {
	return { path, below, kind: "file", size, version, identity: path } as const;
}

function byPath(a: FoundFile, b: FoundFile): number {
	return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
