import { EnvironmentError } from "../../core/errors.js";
import { parseJson } from "../../core/json.js";
import { isObject } from "../../core/values.js";
import { Redirects } from "../http/follow.js";
import { persist } from "../http/persist.js";
import type { HttpAnswer } from "../http/send.js";
import { throwIfBusy } from "../http/status.js";
import type { ObjectInfo, ObjectReader } from "../objects/object-client.js";
import { noSuchFile } from "../system-errors.js";
import {
	apiOf,
	encodePath,
	type HubPlace,
	hubPlace,
	pageOf,
	topOf,
} from "./place.js";
import { refusal } from "./refusal.js";
import { hubEndpoint, hubToken } from "./settings.js";

/** Milliseconds without a byte. */
const IDLE = 20_000;
/** Files that are remembered, at most. */
const MOST_KNOWN = 200_000;

interface Asked {
	url: URL;
	/** What the request is about, for errors. */
	path: string;
	range?: string;
	into?: ArrayBuffer | undefined;
	/** Sent as JSON. */
	body?: unknown;
}

/** A file or directory as the API lists it. */
interface Entry {
	isFile: boolean;
	/** Its path in the repository. */
	file: string;
	size: number;
	/** Hash of its content: SHA-256 for large files, that of Git for others. */
	version: string;
}

/**
 * Reads files of the Hugging Face Hub. A branch or a tag means the commit that it is at
 * when it is first asked for, as long as the process lives; of a commit nothing ever changes.
 */
export class HubClient implements ObjectReader {
	readonly #redirects = new Redirects();
	/** Commits by the revisions that led to them. */
	readonly #commits = new Map<string, Promise<string>>();
	/** Files that listings and requests have told of, by repository, commit and path. */
	readonly #known = new Map<string, Entry>();

	/** The same URL with the commit as its revision. */
	async pinned(path: string): Promise<string> {
		const place = hubPlace(path);
		const revision = await this.#commitOf(path, place);
		return topOf({ ...place, revision }) + place.file;
	}

	async head(path: string): Promise<ObjectInfo | null> {
		const place = hubPlace(path);
		const commit = await this.#commitOf(path, place);
		const key = keyOf(place, commit, place.file);
		const known = this.#known.get(key);
		if (known !== undefined) return infoOf(path, known);
		const answer = await this.#ask({
			url: apiOf(hubEndpoint(), place, `paths-info/${commit}`),
			path,
			body: { paths: [place.file], expand: false },
		});
		if (answer.status !== 200) throw this.#refusal(path, answer);
		const found = entriesIn(path, answer).find(
			({ file, isFile }) => isFile && file === place.file,
		);
		if (found === undefined) return null;
		this.#remember(key, found);
		return infoOf(path, found);
	}

	async read(
		path: string,
		position: number,
		length: number,
		{ into }: { into?: ArrayBuffer | undefined } = {},
	): Promise<Buffer> {
		const range = `${position}-${position + length - 1}`;
		const answer = await this.#resolve(path, { range, into });
		if (answer === null) throw noSuchFile(path);
		if (answer.status === 416) return Buffer.alloc(0);
		// Small files may come whole.
		return answer.status === 200
			? answer.body.subarray(position, position + length)
			: answer.body;
	}

	async readWhole(path: string): Promise<Buffer | null> {
		return (await this.#resolve(path, {}))?.body ?? null;
	}

	async *list(prefix: string): AsyncGenerator<ObjectInfo[]> {
		const place = hubPlace(prefix);
		const commit = await this.#commitOf(prefix, place);
		const top = topOf(place);
		for await (const page of this.#pages(prefix, place, commit, true)) {
			const objects: ObjectInfo[] = [];
			for (const entry of page) {
				if (!entry.isFile || !entry.file.startsWith(place.file)) continue;
				this.#remember(keyOf(place, commit, entry.file), entry);
				objects.push(infoOf(top + entry.file, entry));
			}
			yield objects;
		}
	}

	async listNames(prefix: string): Promise<string[]> {
		const place = hubPlace(prefix);
		const commit = await this.#commitOf(prefix, place);
		const names: string[] = [];
		for await (const page of this.#pages(prefix, place, commit, false))
			for (const { file } of page) names.push(file.slice(place.file.length));
		return names.sort();
	}

	/** What is in the directory that a path goes through last. */
	async *#pages(
		path: string,
		place: HubPlace,
		commit: string,
		isRecursive: boolean,
	): AsyncGenerator<Entry[]> {
		const directory = place.file.slice(0, place.file.lastIndexOf("/") + 1);
		const below = encodePath(directory.replace(/\/$/, ""));
		const tree = `tree/${commit}${below && `/${below}`}`;
		let url: URL | null = apiOf(hubEndpoint(), place, tree);
		url.searchParams.set("recursive", String(isRecursive));
		while (url !== null) {
			const answer: HttpAnswer = await this.#ask({ url, path });
			if (isNoEntry(answer)) return;
			if (answer.status !== 200) throw this.#refusal(path, answer);
			yield entriesIn(path, answer);
			url = nextOf(answer, url);
			// It goes where the first page was, or nowhere.
			if (url !== null && url.origin !== hubEndpoint().origin)
				throw unexpected(path);
		}
	}

	/** An answer with content of a file; null where there is no such file. */
	async #resolve(
		path: string,
		asked: Pick<Asked, "range" | "into">,
	): Promise<HttpAnswer | null> {
		const place = hubPlace(path);
		const commit = await this.#commitOf(path, place);
		const below = `/resolve/${commit}/${encodePath(place.file)}`;
		const url = pageOf(hubEndpoint(), place, below);
		const answer = await this.#ask({ ...asked, url, path });
		if (isNoEntry(answer)) return null;
		if (![200, 206, 416].includes(answer.status))
			throw this.#refusal(path, answer);
		return answer;
	}

	#commitOf(path: string, place: HubPlace): Promise<string> {
		const { revision } = place;
		if (revision !== null && /^[0-9a-f]{40}$/.test(revision))
			return Promise.resolve(revision);
		const key = hubEndpoint().href + topOf(place);
		const known = this.#commits.get(key);
		if (known !== undefined) return known;
		const found = this.#askCommit(path, place).catch((error) => {
			this.#commits.delete(key);
			throw error;
		});
		this.#commits.set(key, found);
		return found;
	}

	async #askCommit(path: string, place: HubPlace): Promise<string> {
		const revision = encodeURIComponent(
			decodeURIComponent(place.revision ?? "main"),
		);
		const answer = await this.#ask({
			url: apiOf(hubEndpoint(), place, `revision/${revision}`),
			path,
		});
		if (answer.status !== 200) throw this.#refusal(path, answer);
		const said = parsed(path, answer);
		if (isObject(said) && typeof said.sha === "string") return said.sha;
		throw unexpected(path);
	}

	#remember(key: string, entry: Entry): void {
		if (this.#known.size >= MOST_KNOWN) this.#known.clear();
		this.#known.set(key, entry);
	}

	#refusal(path: string, answer: HttpAnswer): Error {
		return refusal(path, hubPlace(path), answer, hubToken() !== null);
	}

	#ask({ url, path, range, into, body }: Asked): Promise<HttpAnswer> {
		const token = hubToken();
		const isHub = url.origin === hubEndpoint().origin;
		const bytes =
			body === undefined ? undefined : Buffer.from(JSON.stringify(body));
		const headers = {
			"accept-encoding": "identity",
			"user-agent": "seqpack",
			...(token !== null && isHub && { authorization: `Bearer ${token}` }),
			...(range !== undefined && { range: `bytes=${range}` }),
			...(bytes !== undefined && {
				"content-type": "application/json",
				"content-length": String(bytes.length),
			}),
		};
		const method = bytes === undefined ? "GET" : "POST";
		return persist(
			async () => {
				const answer = await this.#redirects.follow({
					...{ method, url, headers, body: bytes, into, idle: IDLE },
				});
				throwIfBusy(answer, url);
				return answer;
			},
			(last, tries) =>
				new EnvironmentError(
					"cannot-reach",
					`cannot read ${path}: ${last.message}. It was tried ${tries} times; run the same again later.`,
				),
		);
	}
}

function keyOf(
	{ kind, repository }: HubPlace,
	commit: string,
	file: string,
): string {
	return `${kind}/${repository}@${commit}/${file}`;
}

function infoOf(path: string, { size, version }: Entry): ObjectInfo {
	return { path, size, version };
}

function isNoEntry({ status, headers }: HttpAnswer): boolean {
	return status === 404 && headers["x-error-code"] === "EntryNotFound";
}

function parsed(path: string, { body }: HttpAnswer): unknown {
	try {
		return parseJson(body.toString("utf8"));
	} catch {
		throw unexpected(path);
	}
}

function entriesIn(path: string, answer: HttpAnswer): Entry[] {
	const entries = parsed(path, answer);
	if (!Array.isArray(entries)) throw unexpected(path);
	return entries.map((entry) => {
		const { type, path: file, size, oid, lfs } = isObject(entry) ? entry : {};
		const hash = isObject(lfs) ? lfs.oid : oid;
		if (typeof file !== "string") throw unexpected(path);
		return {
			isFile: type === "file",
			file,
			size: Number(size ?? 0),
			version: String(hash ?? ""),
		};
	});
}

/** Where the next page of a listing is; null after the last. */
function nextOf({ headers }: HttpAnswer, from: URL): URL | null {
	const [, next] =
		/<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(String(headers.link ?? "")) ?? [];
	return next === undefined ? null : new URL(next, from);
}

function unexpected(path: string): EnvironmentError {
	return new EnvironmentError(
		"cannot-read",
		`cannot read ${path}: the answer is not that of a hub (HF_ENDPOINT).`,
	);
}
