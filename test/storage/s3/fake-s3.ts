import { createHash } from "node:crypto";
import {
	createServer,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { forgetCredentials } from "../../../src/storage/s3/credentials/credentials.js";

/**
 * What goes wrong with a request: it is refused (`busy`), the connection ends before the
 * request is done (`reset`) or after it (`lost`), the body stops in its middle (`cut`), or
 * nothing more comes (`stall`).
 */
export type Fault = "none" | "busy" | "reset" | "lost" | "cut" | "stall";

export interface Received {
	method: string;
	/** Decoded, with the bucket. */
	path: string;
	query: URLSearchParams;
	headers: IncomingMessage["headers"];
	body: Buffer;
}

interface FakeObject {
	bytes: Buffer;
	etag: string;
}

export interface FakeS3Options {
	/** Asked before each request is done. */
	fault?: (request: Received, number: number) => Fault;
	/** What is said in place of an answer; null: an answer. */
	refuse?: (request: Received) => Refusal | null;
	/** Whether `If-None-Match` is obeyed. */
	isConditional?: boolean;
	/** Objects of a page, at most. */
	page?: number;
}

export interface Refusal {
	status: number;
	code: string;
	message?: string;
	headers?: Record<string, string>;
}

/**
 * A server in memory that answers as S3 does, as far as seqpack asks. It is compared with servers of
 * other people in test/interop/s3.
 */
export class FakeS3 {
	readonly objects = new Map<string, FakeObject>();
	readonly uploads = new Map<string, Map<number, Buffer>>();
	readonly requests: Received[] = [];
	readonly buckets = new Set(["bucket"]);
	readonly #options: FakeS3Options;
	readonly #server: Server;
	#count = 0;

	private constructor(options: FakeS3Options) {
		this.#options = options;
		this.#server = createServer((request, response) => {
			this.#receive(request, response).catch((error) => {
				response.writeHead(500).end(String(error));
			});
		});
	}

	/** Starts one that ends with the test, and makes it what `s3://` means. */
	static async start(options: FakeS3Options = {}): Promise<FakeS3> {
		const fake = new FakeS3(options);
		await new Promise<void>((resolve) =>
			fake.#server.listen(0, "127.0.0.1", resolve),
		);
		forgetCredentials();
		const before = { ...process.env };
		Object.assign(process.env, {
			AWS_ENDPOINT_URL_S3: fake.url,
			AWS_ACCESS_KEY_ID: "key",
			AWS_SECRET_ACCESS_KEY: "secret",
			AWS_REGION: "here-1",
		});
		onTestFinished(async () => {
			for (const name of Object.keys(process.env))
				if (name.startsWith("AWS_")) delete process.env[name];
			Object.assign(process.env, before);
			fake.#server.closeAllConnections();
			await new Promise((resolve) => fake.#server.close(resolve));
		});
		return fake;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** The objects of `bucket`, by their keys. */
	contents(): Record<string, Buffer> {
		return Object.fromEntries(
			[...this.objects]
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.map(([key, { bytes }]) => [key.replace("bucket/", ""), bytes]),
		);
	}

	put(key: string, content: Uint8Array | string): void {
		const bytes = Buffer.from(content as string);
		this.objects.set(`bucket/${key}`, { bytes, etag: tagOf(bytes) });
	}

	async #receive(request: IncomingMessage, response: ServerResponse) {
		const pieces: Buffer[] = [];
		for await (const piece of request) pieces.push(piece);
		const url = new URL(request.url ?? "", "http://fake");
		const received: Received = {
			method: request.method ?? "",
			path: decodeURIComponent(url.pathname.slice(1)),
			query: url.searchParams,
			headers: request.headers,
			body: Buffer.concat(pieces),
		};
		this.requests.push(received);
		const fault = this.#options.fault?.(received, this.#count++) ?? "none";
		if (fault === "reset") return response.destroy();
		if (fault === "stall" && received.method !== "GET") return;
		if (fault === "busy")
			return refuse(response, { status: 503, code: "SlowDown" });
		const refusal = this.#options.refuse?.(received) ?? this.#check(received);
		if (refusal !== null) return refuse(response, refusal);
		const { status, headers, body } = this.#answer(received);
		if (fault === "lost") return response.destroy();
		response.writeHead(status, {
			...headers,
			"content-length": headers["content-length"] ?? body.length,
		});
		if (received.method === "HEAD") return response.end();
		if (fault !== "cut" && fault !== "stall") return response.end(body);
		response.write(body.subarray(0, body.length / 2), () => {
			if (fault === "cut") response.destroy();
		});
	}

	#check({ path, headers, body }: Received): Refusal | null {
		const sha256 = createHash("sha256").update(body).digest("hex");
		if (headers.authorization && headers["x-amz-content-sha256"] !== sha256)
			return { status: 400, code: "XAmzContentSHA256Mismatch" };
		if (!this.buckets.has(path.split("/")[0]))
			return { status: 404, code: "NoSuchBucket" };
		return null;
	}

	#answer(received: Received): {
		status: number;
		headers: Record<string, string>;
		body: Buffer;
	} {
		const { method, path, query, headers, body } = received;
		const ok = (text: string | Buffer = "", more = {}) => ({
			status: 200,
			headers: { "content-type": "application/xml", ...more },
			body: Buffer.from(text as string),
		});
		const failed = (status: number, code: string) => ({
			...ok(`<Error><Code>${code}</Code></Error>`),
			status,
		});
		const isRefused =
			(this.#options.isConditional ?? true) &&
			headers["if-none-match"] === "*" &&
			this.objects.has(path);
		if (method === "GET" && query.has("list-type"))
			return ok(this.#list(path, query));
		if (method === "POST" && query.has("uploads")) {
			const id = `upload ${this.uploads.size}/+&`;
			this.uploads.set(id, new Map());
			return ok(`<R><UploadId>${id.replace("&", "&amp;")}</UploadId></R>`);
		}
		const parts = this.uploads.get(query.get("uploadId") ?? "");
		if (query.has("uploadId") && parts === undefined)
			return failed(404, "NoSuchUpload");
		if (method === "PUT" && parts !== undefined) {
			parts.set(Number(query.get("partNumber")), body);
			return ok("", { etag: tagOf(body) });
		}
		if (method === "POST" && parts !== undefined) {
			if (isRefused) return failed(412, "PreconditionFailed");
			const numbers = [
				...body.toString().matchAll(/<PartNumber>(\d+)<[^"]*"([^"]*)"/g),
			].map((found) => Number(found[1]));
			const pieces = numbers.map((number) => parts.get(number) as Buffer);
			if (pieces.slice(0, -1).some(({ length }) => length < 5 << 20))
				return failed(400, "EntityTooSmall");
			const bytes = Buffer.concat(pieces);
			this.objects.set(path, { bytes, etag: `"${pieces.length}-parts"` });
			this.uploads.delete(query.get("uploadId") as string);
			return ok("<CompleteMultipartUploadResult/>");
		}
		if (method === "DELETE") {
			if (parts === undefined) this.objects.delete(path);
			else this.uploads.delete(query.get("uploadId") as string);
			return { ...ok(), status: 204 };
		}
		const source = headers["x-amz-copy-source"];
		if (method === "PUT" && source !== undefined) {
			const from = decodeURIComponent(String(source).slice(1));
			const found = this.objects.get(from);
			if (found === undefined) return failed(404, "NoSuchKey");
			this.objects.set(path, found);
			return ok("<CopyObjectResult/>");
		}
		if (method === "PUT") {
			if (isRefused) return failed(412, "PreconditionFailed");
			const etag = tagOf(body);
			this.objects.set(path, { bytes: body, etag });
			return ok("", { etag });
		}
		const object = this.objects.get(path);
		if (object === undefined) return failed(404, "NoSuchKey");
		const { bytes, etag } = object;
		if (headers["if-match"] !== undefined && headers["if-match"] !== etag)
			return failed(412, "PreconditionFailed");
		const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
		const type = { "content-type": "application/octet-stream", etag };
		if (range === null) {
			const length = { "content-length": String(bytes.length) };
			return ok(bytes, { ...type, ...length });
		}
		const start = Number(range[1]);
		if (start >= bytes.length) return failed(416, "InvalidRange");
		const part = bytes.subarray(start, Number(range[2]) + 1);
		return { ...ok(part, type), status: 206 };
	}

	#list(bucket: string, query: URLSearchParams): string {
		const prefix = `${bucket.replace(/\/$/, "")}/${query.get("prefix")}`;
		const delimiter = query.get("delimiter") ?? "";
		const after = query.get("continuation-token") ?? "";
		const most = Math.min(
			Number(query.get("max-keys")),
			this.#options.page ?? 1000,
		);
		const keys = [...this.objects.keys()]
			.filter((key) => key.startsWith(prefix))
			.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
		const groups = new Map<string, FakeObject | null>();
		for (const key of keys) {
			const rest = key.slice(prefix.length);
			const cut = delimiter === "" ? -1 : rest.indexOf(delimiter);
			const name = cut === -1 ? key : prefix + rest.slice(0, cut + 1);
			groups.set(name, cut === -1 ? (this.objects.get(key) ?? null) : null);
		}
		const left = [...groups].filter(([name]) => name > after);
		const page = left.slice(0, most);
		const encoded = (name: string) =>
			encodeURIComponent(name.slice(bucket.replace(/\/$/, "").length + 1))
				.replaceAll("%2F", "/")
				.replaceAll("%20", "+");
		const items = page.map(([name, object]) =>
			object === null
				? `<CommonPrefixes><Prefix>${encoded(name)}</Prefix></CommonPrefixes>`
				: `<Contents><Key>${encoded(name)}</Key><Size>${object.bytes.length}</Size><ETag>${object.etag.replaceAll('"', "&quot;")}</ETag></Contents>`,
		);
		const isCut = left.length > page.length;
		const next = isCut
			? `<NextContinuationToken>${page[page.length - 1][0]}</NextContinuationToken>`
			: "";
		return `<?xml version="1.0"?>\n<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${isCut}</IsTruncated>${next}${items.join("")}</ListBucketResult>`;
	}
}

function refuse(
	response: ServerResponse,
	{ status, code, message = "", headers = {} }: Refusal,
): void {
	response
		.writeHead(status, { "content-type": "application/xml", ...headers })
		.end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function tagOf(bytes: Buffer): string {
	return `"${createHash("md5").update(bytes).digest("hex")}"`;
}
