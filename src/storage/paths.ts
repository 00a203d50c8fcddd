import { isAbsolute, normalize, posix, relative } from "node:path";
import { withoutSlashes } from "../core/text.js";
import { storageAt } from "./storages.js";

/** A URL: what names the storage, with the host or bucket, and the path there. */
const URL_PARTS = /^([a-z][a-z0-9+.-]+:\/\/[^/]*)(.*)$/i;

/**
 * The path of a file or directory as one that names it writes it: from its own place, where both are of one
 * storage, so that both can be moved together; else in full.
 * @param from The directory that names it.
 */
export function pathTo(from: string, target: string): string {
	const [, ownTop, own] = URL_PARTS.exec(from) ?? [];
	const [, top, path] = URL_PARTS.exec(target) ?? [];
	if (top !== ownTop) return storageAt(target).absolute(target);
	return top === undefined
		? relative(from, target)
		: posix.relative(own || "/", path || "/");
}

/** What `pathTo` has written, found from the directory that names it. */
export function pathFrom(directory: string, path: string): string {
	if (URL_PARTS.test(path) || isAbsolute(path)) return path;
	const [, top, own] = URL_PARTS.exec(directory) ?? [];
	const joined =
		top === undefined
			? normalize(`${directory}/${path}`)
			: top + posix.normalize(`${own}/${path}`);
	return withoutSlashes(joined);
}
