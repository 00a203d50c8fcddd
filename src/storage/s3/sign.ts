import { createHash, createHmac } from "node:crypto";
import { hideSecret } from "../../core/secrets.js";

export interface Credentials {
	accessKeyId: string;
	secretAccessKey: string;
	sessionToken?: string | undefined;
	/** When they cease to be valid, in milliseconds since 1970; left out: never. */
	expires?: number | undefined;
}

/** What is signed for. */
export interface Scope {
	region: string;
	service: string;
}

const EMPTY = createHash("sha256").digest("hex");

/**
 * The headers of a request with its signature (AWS Signature Version 4). The body is
 * signed as well, so that what arrives is what was sent.
 * @param now Milliseconds since 1970, by the server's clock.
 */
export function sign(
	request: {
		method: string;
		url: URL;
		headers?: Readonly<Record<string, string>>;
		body?: Uint8Array | undefined;
	},
	credentials: Credentials,
	{ region, service }: Scope,
	now: number,
): Record<string, string> {
	hideSecret(credentials.secretAccessKey);
	hideSecret(credentials.sessionToken);
	const { method, url, body } = request;
	const time = timeOf(now);
	const day = time.slice(0, 8);
	const payload = body === undefined || body.length === 0 ? EMPTY : hash(body);
	const headers: Record<string, string> = {
		...request.headers,
		host: url.host,
		"x-amz-content-sha256": payload,
		"x-amz-date": time,
	};
	if (credentials.sessionToken !== undefined)
		headers["x-amz-security-token"] = credentials.sessionToken;
	const names = Object.keys(headers).sort();
	const signed = names.join(";");
	const canonical = [
		method,
		url.pathname,
		url.search === "" ? "" : canonicalQuery(url),
		...names.map((name) => `${name}:${headers[name].trim()}`),
		"",
		signed,
		payload,
	].join("\n");
	const scope = `${day}/${region}/${service}/aws4_request`;
	const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(canonical)}`;
	const key = signingKey(credentials.secretAccessKey, day, region, service);
	const signature = createHmac("sha256", key).update(text).digest("hex");
	headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
	return headers;
}

/** A part of a path or query as signatures want it (RFC 3986). */
export function encodePart(text: string): string {
	return encodeURIComponent(text).replace(
		/[!'()*]/g,
		(c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

/** The second that was written last. */
let second = { of: Number.NaN, text: "" };

function timeOf(now: number): string {
	const of = Math.floor(now / 1000);
	if (second.of !== of) {
		const text = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
		second = { of, text };
	}
	return second.text;
}

function canonicalQuery({ searchParams }: URL): string {
	return [...searchParams]
		.map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`)
		.sort()
		.join("&");
}

function hash(content: string | Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

/** Keys of the last day, region and secret: one is enough for all requests of a day. */
let known = { of: "", key: Buffer.alloc(0) };

function signingKey(
	secret: string,
	day: string,
	region: string,
	service: string,
): Buffer {
	const of = `${secret}\n${day}\n${region}\n${service}`;
	if (known.of !== of) {
		let key = Buffer.from(`AWS4${secret}`);
		for (const part of [day, region, service, "aws4_request"])
			key = createHmac("sha256", key).update(part).digest();
		known = { of, key };
	}
	return known.key;
}
