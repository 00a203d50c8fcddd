import {
	type ClientRequest,
	Agent as HttpAgent,
	request as httpRequest,
	type IncomingHttpHeaders,
	type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Passing } from "./persist.js";

export interface HttpRequest {
	method: string;
	url: URL;
	headers: Readonly<Record<string, string>>;
	body?: Uint8Array | undefined;
	/** Memory for the body of an answer, where it fits. */
	into?: ArrayBuffer | undefined;
	/** Milliseconds without a byte in either direction after which the connection is given up. */
	idle: number;
}

export interface HttpAnswer {
	status: number;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

/** Bytes of a body that are handed over at once: each is a sign of life. */
const PIECE = 1 << 18;

const agents = {
	"http:": new HttpAgent({ keepAlive: true, maxFreeSockets: 256 }),
	"https:": new HttpsAgent({ keepAlive: true, maxFreeSockets: 256 }),
};

/**
 * Sends a request once, and reads all of the answer.
 * @throws Passing where the connection fails, stalls, or ends before the answer does
 */
export function send(asked: HttpRequest): Promise<HttpAnswer> {
	const isPlain = asked.url.protocol === "http:";
	const start = isPlain ? httpRequest : httpsRequest;
	const agent = agents[isPlain ? "http:" : "https:"];
	return new Promise((resolve, reject) => {
		const request = start(asked.url, {
			method: asked.method,
			headers: asked.headers,
			agent,
		});
		const stalled = () =>
			request.destroy(
				new Error(`nothing came for ${(asked.idle / 1000).toFixed(0)} s`),
			);
		const timer = setTimeout(stalled, asked.idle);
		const end = (settle: () => void) => {
			clearTimeout(timer);
			settle();
		};
		const fail = (error: unknown) =>
			end(() => reject(failureOf(error, asked.url)));
		const alive = () => timer.refresh();
		request.on("error", fail);
		request.on("response", (answer) => {
			alive();
			receive(answer, asked.into, alive).then(
				(body) =>
					end(() =>
						resolve({
							status: answer.statusCode ?? 0,
							headers: answer.headers,
							body,
						}),
					),
				fail,
			);
		});
		give(request, asked.body, alive);
	});
}

function give(
	request: ClientRequest,
	body: Uint8Array | undefined,
	alive: () => void,
): void {
	if (body === undefined || body.length <= PIECE) {
		request.end(body);
		return;
	}
	let at = 0;
	const next = () => {
		if (request.destroyed) return;
		alive();
		const piece = body.subarray(at, at + PIECE);
		at += PIECE;
		if (at < body.length) request.write(piece, (error) => error ?? next());
		else request.end(piece);
	};
	next();
}

function receive(
	answer: IncomingMessage,
	into: ArrayBuffer | undefined,
	alive: () => void,
): Promise<Buffer> {
	const due = Number(answer.headers["content-length"] ?? Number.NaN);
	const target =
		into !== undefined && due <= into.byteLength ? Buffer.from(into) : null;
	const pieces: Buffer[] = [];
	let length = 0;
	return new Promise((resolve, reject) => {
		answer.on("data", (piece: Buffer) => {
			alive();
			if (target === null) pieces.push(piece);
			else target.set(piece, length);
			length += piece.length;
		});
		answer.on("error", reject);
		answer.on("end", () => {
			if (!answer.complete) reject(new Error("the answer was cut off"));
			else if (target !== null) resolve(target.subarray(0, length));
			else resolve(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
		});
	});
}

/** What the codes of the network mean. */
const FAILURES: Record<string, string> = {
	ECONNREFUSED: "nothing listens there",
	ECONNRESET: "the connection was cut",
	EPIPE: "the connection was cut",
	ENOTFOUND: "there is no host of that name",
	EAI_AGAIN: "the name of the host could not be looked up",
	ETIMEDOUT: "the host does not answer",
	EHOSTUNREACH: "the host cannot be reached",
	ENETUNREACH: "the network cannot be reached",
	CERT_HAS_EXPIRED: "its certificate has expired",
	DEPTH_ZERO_SELF_SIGNED_CERT:
		"its certificate is signed by itself (NODE_EXTRA_CA_CERTS names a file of certificates to trust)",
	SELF_SIGNED_CERT_IN_CHAIN:
		"its certificate is not trusted here (NODE_EXTRA_CA_CERTS names a file of certificates to trust)",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		"its certificate is not trusted here (NODE_EXTRA_CA_CERTS names a file of certificates to trust)",
};

/** What comes of a wrong address more often than of a bad moment. */
const UNLIKELY = new Set(["ECONNREFUSED", "ENOTFOUND"]);

function failureOf(error: unknown, { host }: URL): Passing {
	const { code = "", message } = error as NodeJS.ErrnoException;
	return new Passing(`${host}: ${FAILURES[code] ?? message}`, {
		isUnlikely: UNLIKELY.has(code) || /CERT|SIGNATURE/.test(code),
	});
}
