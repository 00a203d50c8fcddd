import { isDynamicPattern } from "tinyglobby";
import { UsageError } from "../core/errors.js";
import { publicUrl } from "./http/secret-urls.js";
import { urlOf, WebFiles } from "./http/web-files.js";
import { objectsToRead } from "./objects/object-storage.js";
import { readOnly } from "./objects/read-only.js";
import { strongTag } from "./objects/strong-tag.js";
import type { FoundFile, Storage } from "./storage.js";

const files = new WebFiles();

/** Files of servers of the web, by their URLs: they are read, one by one. */
export const https: Storage = {
	...objectsToRead(files, (path) => `${urlOf(path).origin}/`),
	...readOnly("https"),

	absolute: publicUrl,

	async find(given): Promise<FoundFile[]> {
		const asked = publicUrl(given);
		const { pathname } = urlOf(asked);
		const isDirectory = pathname.endsWith("/");
		const own = isDirectory ? null : await files.head(asked);
		if (own !== null) {
			const { path, size, version } = own;
			return [
				{ path, below: null, kind: "file", size, version, identity: path },
			];
		}
		// As it is written: a URL has escapes for what patterns are made of.
		const pattern = asked.replace(/^[^:]+:\/\/[^/]*|[?#].*$/g, "");
		const isMany = isDirectory || isDynamicPattern(pattern);
		throw new UsageError(
			"no-such-input",
			isMany
				? `there is no file ${asked}, and servers of the web do not list what they have: give the URL of each file, or @file with a file that names them.`
				: `there is no file ${asked}.`,
		);
	},

	contentTag: strongTag,

	nameOf(path) {
		const { origin, pathname } = urlOf(path);
		try {
			return origin + decodeURI(pathname);
		} catch {
			return origin + pathname;
		}
	},
};
