import { EnvironmentError, UsageError } from "../../core/errors.js";
import { PATIENCE, persist } from "../http/persist.js";
import { type HttpAnswer, send } from "../http/send.js";
import type {
	ObjectClient,
	ObjectInfo,
	PartsWriter,
} from "../objects/object-client.js";
import { noSuchFile } from "../system-errors.js";
import {
	findCredentials,
	findKeys,
	forgetCredentials,
} from "./credentials/credentials.js";
import type { Dialect, S3Place } from "./dialect.js";
import {
	explainFailure,
	failureOf,
	type S3Action,
	type S3Failure,
	throwIfPassing,
} from "./s3-errors.js";
import { type Credentials, encodePart, sign } from "./sign.js";
import { elements, textOf } from "./xml.js";

/** Milliseconds of silence: of most requests; of those for which a server may have to do much. */
const IDLE = Number(process.env.SEQPACK_HTTP_IDLE ?? 15_000);
const LONG_IDLE = 8 * IDLE;

/** Bytes of an object that one request can copy. */
const LARGEST_COPY = 5 * 2 ** 30;

/** Objects of an answer to a listing, at most. */
const PAGE = 1000;

interface Asked {
	method: string;
	action: S3Action;
	/** What the request is about, for errors. */
	path: string;
	place: S3Place;
	query?: Record<string, string>;
	headers?: Record<string, string>;
	body?: Uint8Array | undefined;
	into?: ArrayBuffer | undefined;
	idle?: number;
	/** What of the answers that are no success the caller takes. */
	takes?: (failure: S3Failure) => boolean;
}

/** What speaks to S3, or to a service that is spoken to as S3 is. */
export class S3Client implements ObjectClient {
	readonly #dialect: Dialect;
	/** Regions of buckets that are not where they were looked for. */
	readonly #regions = new Map<string, string>();
	/** How far the server's clock is ahead of this one's, in milliseconds. */
	#skew = 0;

	constructor(dialect: Dialect) {
		this.#dialect = dialect;
	}

	/** The part of a URL that names a bucket, with "/" after it. @throws UsageError `bad-url` */
	readonly topOf = (path: string): string => {
		const { bucket } = this.#place(path);
		return `${this.#dialect.scheme}://${bucket}/`;
	};

	async head(path: string): Promise<ObjectInfo | null> {
		const answer = await this.#ask({
			method: "HEAD",
			action: "GetObject",
			path,
			place: this.#place(path),
			takes: ({ status }) => status === 404,
		});
		if (answer.status === 404) return null;
		const size = Number(answer.headers["content-length"]);
		return { path, size, version: String(answer.headers.etag ?? "") };
	}

	async read(
		path: string,
		position: number,
		length: number,
		{
			version,
			into,
		}: { version?: string | undefined; into?: ArrayBuffer | undefined } = {},
	): Promise<Buffer> {
		const answer = await this.#ask({
			method: "GET",
			action: "GetObject",
			path,
			place: this.#place(path),
			headers: {
				range: `bytes=${position}-${position + length - 1}`,
				...(version && { "if-match": version }),
			},
			into,
			takes: ({ status }) => status === 404 || status === 412 || status === 416,
		});
		if (answer.status === 404) throw noSuchFile(path);
		if (answer.status === 416) return Buffer.alloc(0);
		if (answer.status === 412)
			throw new EnvironmentError(
				"changed",
				`${path} was replaced while it was read: run the same again.`,
			);
		// A service that knows no ranges gives all.
		return answer.status === 200
			? answer.body.subarray(position, position + length)
			: answer.body;
	}

	async readWhole(path: string): Promise<Buffer | null> {
		const answer = await this.#ask({
			method: "GET",
			action: "GetObject",
			path,
			place: this.#place(path),
			takes: ({ status, code }) => status === 404 && code !== "NoSuchBucket",
		});
		return answer.status === 404 ? null : answer.body;
	}

	async *list(prefix: string, most = Infinity): AsyncGenerator<ObjectInfo[]> {
		const top = this.topOf(prefix);
		let given = 0;
		for await (const { xml, decode } of this.#pages(prefix, "", most)) {
			const objects = elements(xml, "Contents").map((content) => ({
				path: top + decode(textOf(content, "Key")),
				size: Number(textOf(content, "Size")),
				version: textOf(content, "ETag") ?? "",
			}));
			given += objects.length;
			yield objects;
			if (given >= most) return;
		}
	}

	async listNames(prefix: string): Promise<string[]> {
		const { key } = this.#place(prefix);
		const names = new Set<string>();
		for await (const { xml, decode } of this.#pages(prefix, "/", Infinity))
			for (const each of [
				...elements(xml, "Contents").map((content) => textOf(content, "Key")),
				...elements(xml, "CommonPrefixes").map((content) =>
					textOf(content, "Prefix"),
				),
			]) {
				const name = decode(each).slice(key.length).replace(/\/$/, "");
				if (name !== "") names.add(name);
			}
		return [...names].sort();
	}

	async put(
		path: string,
		bytes: Uint8Array,
		{ ifAbsent = false } = {},
	): Promise<boolean> {
		if (
			ifAbsent &&
			!this.#dialect.isConditional &&
			(await this.head(path)) !== null
		)
			return false;
		const answer = await this.#ask({
			method: "PUT",
			action: "PutObject",
			path,
			place: this.#place(path),
			body: bytes,
			headers: this.#condition(ifAbsent),
			takes: ({ status }) => ifAbsent && status === 412,
		});
		return answer.status !== 412;
	}

	async beginParts(path: string): Promise<PartsWriter> {
		const place = this.#place(path);
		const of = { path, place } as const;
		const begun = await this.#ask({
			...of,
			method: "POST",
			action: "PutObject",
			query: { uploads: "" },
		});
		const uploadId = textOf(begun.body.toString("utf8"), "UploadId");
		if (uploadId === null)
			throw new EnvironmentError(
				"cannot-write",
				`cannot write ${path}: the service did not say how an upload in parts is called.`,
			);
		const tags = new Map<number, string>();
		let bytes = 0;
		return {
			put: async (number, part) => {
				const answer = await this.#ask({
					...of,
					method: "PUT",
					action: "PutObject",
					query: { partNumber: String(number), uploadId },
					body: part,
					idle: LONG_IDLE,
				});
				tags.set(number, String(answer.headers.etag));
				bytes += part.length;
			},
			complete: async ({ ifAbsent = false } = {}) => {
				if (
					ifAbsent &&
					!this.#dialect.isConditional &&
					(await this.head(path)) !== null
				)
					return false;
				const parts = [...tags]
					.sort(([a], [b]) => a - b)
					.map(
						([number, tag]) =>
							`<Part><PartNumber>${number}</PartNumber><ETag>${tag}</ETag></Part>`,
					);
				const answer = await this.#ask({
					...of,
					method: "POST",
					action: "PutObject",
					query: { uploadId },
					headers: this.#condition(ifAbsent),
					body: Buffer.from(
						`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`,
					),
					idle: LONG_IDLE,
					takes: ({ status, code }) =>
						(ifAbsent && status === 412) || code === "NoSuchUpload",
				});
				if (answer.status === 412) return false;
				// Done by a request of ours whose answer was lost.
				if (answer.status === 404 && (await this.head(path))?.size !== bytes)
					throw new EnvironmentError(
						"cannot-write",
						`cannot write ${path}: its upload is gone, as if another had ended it. Run the same again.`,
					);
				return true;
			},
			abort: async () => {
				await this.#ask({
					...of,
					method: "DELETE",
					action: "AbortMultipartUpload",
					query: { uploadId },
					takes: ({ status }) => status === 404,
				});
			},
		};
	}

	async copy(from: string, to: string): Promise<boolean> {
		const source = this.#place(from);
		const found = await this.head(from);
		if (found === null) throw noSuchFile(from);
		if (found.size > LARGEST_COPY) return false;
		const { bucket, key } = source;
		await this.#ask({
			method: "PUT",
			action: "PutObject",
			path: to,
			place: this.#place(to),
			headers: {
				"x-amz-copy-source": `/${bucket}/${key.split("/").map(encodePart).join("/")}`,
			},
			idle: LONG_IDLE,
		});
		return true;
	}

	async remove(path: string): Promise<void> {
		await this.#ask({
			method: "DELETE",
			action: "DeleteObject",
			path,
			place: this.#place(path),
			takes: ({ status, code }) => status === 404 && code !== "NoSuchBucket",
		});
	}

	#condition(ifAbsent: boolean): Record<string, string> {
		return ifAbsent && this.#dialect.isConditional
			? { "if-none-match": "*" }
			: {};
	}

	async *#pages(
		prefix: string,
		delimiter: string,
		most: number,
	): AsyncGenerator<{ xml: string; decode: (key: string | null) => string }> {
		const { bucket, key } = this.#place(prefix);
		let token = "";
		do {
			const answer = await this.#ask({
				method: "GET",
				action: "ListBucket",
				path: prefix,
				place: { bucket, key: "" },
				query: {
					"list-type": "2",
					"encoding-type": "url",
					"max-keys": String(Math.min(PAGE, most)),
					prefix: key,
					...(delimiter && { delimiter }),
					...(token && { "continuation-token": token }),
				},
			});
			const xml = answer.body.toString("utf8");
			// Not every service does as it is asked.
			const isEncoded = textOf(xml, "EncodingType") === "url";
			yield { xml, decode: isEncoded ? decodeKey : (key) => key ?? "" };
			token =
				textOf(xml, "IsTruncated") === "true"
					? (textOf(xml, "NextContinuationToken") ?? "")
					: "";
		} while (token !== "");
	}

	/** Asks until there is an answer that is a success, or that the caller takes. */
	async #ask(asked: Asked): Promise<HttpAnswer> {
		return persist(
			() => this.#askOnce(asked),
			(last, tries) =>
				new EnvironmentError(
					"cannot-reach",
					`cannot ${asked.method === "GET" || asked.method === "HEAD" ? "read" : "write"} ${asked.path}: ${last.message}. It was tried ${tries} times; run the same again later.`,
				),
			PATIENCE,
		);
	}

	async #askOnce(asked: Asked, mendings = 0): Promise<HttpAnswer> {
		const { method, action, path, place, query = {}, body, into } = asked;
		const { url, region } = this.#address(place);
		for (const [name, value] of Object.entries(query))
			url.searchParams.set(name, value);
		// Signed and sent alike.
		url.search = url.search.replaceAll("+", "%20");
		const isAnonymous = /^(yes|true|1)$/i.test(
			process.env.AWS_NO_SIGN_REQUEST ?? "",
		);
		const credentials = isAnonymous
			? null
			: await (this.#dialect.hasKeysOnly ? findKeys() : findCredentials());
		const headers = {
			...asked.headers,
			...(body !== undefined && { "content-length": String(body.length) }),
		};
		const answer = await send({
			method,
			url,
			body,
			into,
			idle: asked.idle ?? IDLE,
			headers:
				credentials === null
					? headers
					: sign(
							{ method, url, headers, body },
							credentials,
							{ region, service: "s3" },
							Date.now() + this.#skew,
						),
		});
		const failure = failureIn(answer);
		if (failure === null || asked.takes?.(failure)) return answer;
		if (mendings < 3 && this.#mend(failure, answer, place.bucket, credentials))
			return this.#askOnce(asked, mendings + 1);
		throwIfPassing(failure, answer.headers, url.host);
		throw explainFailure(
			failure,
			action,
			path,
			place.bucket,
			credentials !== null,
			this.#dialect.hasKeysOnly,
		);
	}

	/** Whether what failed can be mended here: a clock that is wrong, credentials that have expired, another region. */
	#mend(
		{ status, code }: S3Failure,
		{ headers, body }: HttpAnswer,
		bucket: string,
		used: Credentials | null,
	): boolean {
		if (
			code === "RequestTimeTooSkewed" ||
			(status === 403 && isSkewed(headers, this.#skew))
		) {
			this.#skew = Date.parse(String(headers.date)) - Date.now();
			return Number.isFinite(this.#skew);
		}
		if (code === "ExpiredToken" || code === "TokenRefreshRequired") {
			forgetCredentials(used);
			return true;
		}
		const told =
			headers["x-amz-bucket-region"] ?? textOf(body.toString("utf8"), "Region");
		const region = typeof told === "string" ? told : undefined;
		const moved =
			status === 301 || status === 307 || status === 400 || status === 403;
		if (!moved || !region || this.#regions.get(bucket) === region) return false;
		if (region === this.#address({ bucket, key: "" }).region) return false;
		this.#regions.set(bucket, region);
		return true;
	}

	#address({ bucket, key }: S3Place): { url: URL; region: string } {
		const endpoint = this.#dialect.endpoint();
		const region = this.#regions.get(bucket) ?? endpoint.region ?? "us-east-1";
		const path = key.split("/").map(encodePart).join("/");
		if (endpoint.url !== null) {
			const base = endpoint.url.href.replace(/\/+$/, "");
			return { url: new URL(`${base}/${encodePart(bucket)}/${path}`), region };
		}
		const host = `s3.${region}.amazonaws.com`;
		// A certificate is for one part before the host.
		const url = bucket.includes(".")
			? `https://${host}/${bucket}/${path}`
			: `https://${bucket}.${host}/${path}`;
		return { url: new URL(url), region };
	}

	#place(path: string): S3Place {
		const { scheme, title } = this.#dialect;
		const found = /^[a-z0-9]+:\/\/([^/]+)(?:\/(.*))?$/is.exec(path);
		if (/^[^:]*:(?:\/?$|\/\/(?:$|\/))/.test(path))
			throw new UsageError(
				"bad-url",
				`the bucket is missing after ${scheme}://: a URL of ${title} is written ${scheme}://bucket/path.`,
			);
		if (found === null)
			throw new UsageError(
				"bad-url",
				`${path} is not a URL of ${title}: it is written ${scheme}://bucket/path.`,
			);
		return { bucket: found[1], key: found[2] ?? "" };
	}
}

function decodeKey(key: string | null): string {
	return decodeURIComponent((key ?? "").replaceAll("+", " "));
}

/** What an answer says that is no success; also one that began as such. */
function failureIn(answer: HttpAnswer): S3Failure | null {
	if (answer.status >= 300) return failureOf(answer);
	// The end of an upload in parts may fail after the head of the answer was sent.
	const isError =
		answer.body.length < 4096 &&
		/^\s*(?:<\?xml[^>]*>)?\s*<Error>/.test(answer.body.toString("latin1"));
	return isError && answer.headers["content-type"]?.includes("xml")
		? failureOf({ ...answer, status: 500 })
		: null;
}

/** Whether the server's clock is more than five minutes from what this one was taken for. */
function isSkewed({ date }: HttpAnswer["headers"], skew: number): boolean {
	const theirs = Date.parse(date ?? "");
	return Math.abs(theirs - (Date.now() + skew)) > 5 * 60_000;
}
