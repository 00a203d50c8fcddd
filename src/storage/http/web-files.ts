import { EnvironmentError, UsageError } from "../../core/errors.js";
import type { ObjectInfo, ObjectReader } from "../objects/object-client.js";
import { noSuchFile } from "../system-errors.js";
import { Redirects } from "./follow.js";
import { persist } from "./persist.js";
import { publicUrl, wholeUrl } from "./secret-urls.js";
import type { HttpAnswer } from "./send.js";
import { throwIfBusy } from "./status.js";

/** Milliseconds without a byte. */
const IDLE = 20_000;

/** The largest file that is read whole where a server gives no ranges, and how much of such files is kept. */
const LARGEST_WHOLE = 32 << 20;
const MOST_KEPT = 2 * LARGEST_WHOLE;

interface Asked {
	method?: "GET" | "HEAD";
	/** Bytes as `Range` has them: `0-99`. */
	range?: string;
	into?: ArrayBuffer | undefined;
	most?: number;
}

/** Reads files of any server of the web, which gives their sizes and, for large ones, ranges. */
export class WebFiles implements ObjectReader {
	readonly #redirects = new Redirects();
	/** Files of servers that give no ranges, those that were read last at the end. */
	readonly #wholes = new Map<string, HttpAnswer>();

	async head(given: string): Promise<ObjectInfo | null> {
		const path = publicUrl(given);
		const answer = await this.#ask(path, { method: "HEAD" });
		if (isMissing(answer)) return null;
		const size = Number(answer.headers["content-length"] ?? 0);
		// Some servers answer nothing but GET, or do not say the size but then.
		if (answer.status === 200 && size > 0)
			return { path, size, version: versionOf(answer) };
		return this.#headByGet(path);
	}

	async read(
		given: string,
		position: number,
		length: number,
		{
			version,
			into,
		}: { version?: string | undefined; into?: ArrayBuffer | undefined } = {},
	): Promise<Buffer> {
		const path = publicUrl(given);
		const answer =
			this.#wholes.get(path) ??
			(await this.#ask(path, {
				range: `${position}-${position + length - 1}`,
				into,
				most: Math.max(length, LARGEST_WHOLE),
			}));
		if (isMissing(answer)) throw noSuchFile(path);
		if (answer.status === 416) return Buffer.alloc(0);
		if (answer.status !== 200 && answer.status !== 206)
			throw refusal(path, answer);
		const now = versionOf(answer);
		// Asked of the answer, since not all servers know conditions.
		if (version && now && version !== now)
			throw new EnvironmentError(
				"changed",
				`${path} was replaced while it was read: run the same again.`,
			);
		if (answer.status === 200) {
			this.#keep(path, answer);
			return answer.body.subarray(position, position + length);
		}
		const range = rangeOf(answer);
		if (range !== null && range.start !== position)
			throw new EnvironmentError(
				"cannot-read",
				`cannot read ${path}: its server gave other bytes than it was asked for.`,
			);
		return answer.body.subarray(0, length);
	}

	async readWhole(given: string): Promise<Buffer | null> {
		const path = publicUrl(given);
		const answer = await this.#ask(path, {});
		if (isMissing(answer)) return null;
		if (answer.status !== 200) throw refusal(path, answer);
		return answer.body;
	}

	async #headByGet(path: string): Promise<ObjectInfo | null> {
		const answer = await this.#ask(path, { range: "0-0", most: LARGEST_WHOLE });
		const { status, headers, body, isTooLong } = answer;
		if (isMissing(answer)) return null;
		const version = versionOf(answer);
		if (status === 206 || status === 416) {
			const { size = null } = rangeOf(answer) ?? {};
			if (size === null) throw withoutSize(path);
			return { path, size, version };
		}
		if (status !== 200) throw refusal(path, answer);
		if (!isTooLong) {
			this.#keep(path, answer);
			return { path, size: body.length, version };
		}
		if (headers["content-length"] === undefined) throw withoutSize(path);
		return { path, size: Number(headers["content-length"]), version };
	}

	/** @throws UsageError `no-ranges` for a file that is too large to be read whole */
	#keep(path: string, answer: HttpAnswer): void {
		if (answer.isTooLong)
			throw new UsageError(
				"no-ranges",
				`cannot read ${path}: its server gives no parts of files (it knows no ranges), and the file is larger than ${LARGEST_WHOLE >> 20} MiB. Download it, and give the file.`,
			);
		this.#wholes.delete(path);
		this.#wholes.set(path, answer);
		let kept = 0;
		for (const [other, { body }] of [...this.#wholes].reverse()) {
			kept += body.length;
			if (kept > MOST_KEPT) this.#wholes.delete(other);
		}
	}

	#ask(path: string, { method = "GET", range, into, most }: Asked) {
		const url = urlOf(wholeUrl(path));
		const signedOn = signOn(url);
		return persist(
			async () => {
				const answer = await this.#redirects.follow({
					...{ method, url, into, most, idle: IDLE },
					headers: {
						// Sizes and ranges are those of the file, not of how it is sent.
						"accept-encoding": "identity",
						"user-agent": "seqpack",
						...signedOn,
						...(range !== undefined && { range: `bytes=${range}` }),
					},
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

/** @throws UsageError `bad-url` */
export function urlOf(path: string): URL {
	try {
		return new URL(path);
	} catch {
		throw new UsageError(
			"bad-url",
			`${path} is not a URL: it is written https://host/path.`,
		);
	}
}

/** What says who asks, by the user and the password in a URL, which are taken out of it. */
function signOn(url: URL): Record<string, string> {
	const { username, password } = url;
	if (username === "" && password === "") return {};
	url.username = "";
	url.password = "";
	const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function isMissing({ status }: HttpAnswer): boolean {
	return status === 404 || status === 410;
}

function versionOf({ headers }: HttpAnswer): string {
	return headers.etag ?? headers["last-modified"] ?? "";
}

/** What part of how large a file an answer has; null where it does not say. */
function rangeOf({
	headers,
}: HttpAnswer): { start: number; size: number | null } | null {
	const found = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(
		headers["content-range"] ?? "",
	);
	if (found === null) return null;
	const size = found[2] === "*" ? null : Number(found[2]);
	return { start: Number(found[1] ?? 0), size };
}

function withoutSize(path: string): UsageError {
	return new UsageError(
		"no-size",
		`cannot read ${path}: its server does not say how large it is. Download it, and give the file.`,
	);
}

function refusal(path: string, { status, headers }: HttpAnswer): Error {
	const cannot = `cannot read ${path}:`;
	if (status === 401 || status === 403)
		return new UsageError(
			"access-denied",
			`${cannot} access is denied (${status}). Give a URL that may be read without signing on, such as one that is signed, or download it, and give the file.`,
		);
	if (status >= 300 && status < 400)
		return new UsageError(
			"cannot-read",
			`${cannot} it leads to ${headers.location ?? "nowhere"}, which is not followed. Give the URL that it is at in the end.`,
		);
	return new EnvironmentError(
		"cannot-read",
		`${cannot} the answer was ${status}.`,
	);
}
