import {
	type ClientRequest,
	Agent as HttpAgent,
	request as httpRequest,
	type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { UsageError } from "../../core/errors.js";
import type { HttpAnswer } from "./answer.js";
import { leanGet } from "./lean-get.js";
import { Passing } from "./persist.js";
import { tlsError } from "./tls-errors.js";

export type { HttpAnswer } from "./answer.js";

export interface HttpRequest {
	method: string;
	url: URL;
	headers: Readonly<Record<string, string>>;
	body?: Uint8Array | undefined;
	/** Memory for the body of an answer, where it fits. */
	into?: ArrayBuffer | undefined;
	/** Bytes of a body that are taken at most: of a longer one none is, and `isTooLong` says so. Left out: `LARGEST`, and a longer one is an error. */
	most?: number | undefined;
	/** Milliseconds without a byte in either direction after which the connection is given up. */
	idle: number;
}

/** Bytes of an answer, where nothing else is said: pieces of files, listings, manifests. */
export const LARGEST = 1 << 28;

/** Bytes of a body that are handed over at once: each is a sign of life. */
const PIECE = 1 << 18;

const agents = {
	"http:": new HttpAgent({ keepAlive: true, maxFreeSockets: 256 }),
	"https:": new HttpsAgent({ keepAlive: true, maxFreeSockets: 256 }),
};

/**
 * Sends a request once, and reads all of the answer.
 * @throws Passing where the connection fails, stalls, or ends before the answer does; UsageError
 * `bad-certificate`, `no-tls`, `too-large`
 */
export async function send(asked: HttpRequest): Promise<HttpAnswer> {
	const { most = LARGEST } = asked;
	const answer = await sendOnce({ ...asked, most });
	if (answer.isTooLong && asked.most === undefined)
		throw new UsageError(
			"too-large",
			`${asked.url.host} gave an answer of more than ${LARGEST >> 20} MiB, where so much was not asked for: see that it is the server that is meant.`,
		);
	return answer;
}

async function sendOnce(asked: HttpRequest): Promise<HttpAnswer> {
	const { method, url, headers, into, most, idle } = asked;
	if (method !== "GET" || into === undefined) return sendAny(asked);
	const answer = await leanGet({ url, headers, into, most, idle }).catch(
		(error) => {
			throw failureOf(error, url);
		},
	);
	return answer ?? sendAny(asked);
}

function sendAny(asked: HttpRequest): Promise<HttpAnswer> {
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
			const { statusCode: status = 0, headers } = answer;
			const most = asked.method === "HEAD" ? undefined : asked.most;
			receive(answer, asked.into, most, alive).then(
				(body) =>
					end(() =>
						resolve(
							body === null
								? { status, headers, body: Buffer.alloc(0), isTooLong: true }
								: { status, headers, body },
						),
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

/** The body of an answer; null where it is longer than `most`. */
function receive(
	answer: IncomingMessage,
	into: ArrayBuffer | undefined,
	most: number | undefined,
	alive: () => void,
): Promise<Buffer | null> {
	const due = Number(answer.headers["content-length"] ?? Number.NaN);
	const target =
		into !== undefined && due <= into.byteLength ? Buffer.from(into) : null;
	const pieces: Buffer[] = [];
	let length = 0;
	return new Promise((resolve, reject) => {
		answer.on("error", reject);
		const giveUp = () => {
			resolve(null);
			answer.destroy();
		};
		if (most !== undefined && due > most) return giveUp();
		answer.on("data", (piece: Buffer) => {
			alive();
			if (most !== undefined && length + piece.length > most) return giveUp();
			if (target === null) pieces.push(piece);
			else target.set(piece, length);
			length += piece.length;
		});
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
};

/** What comes of a wrong address more often than of a bad moment. */
const UNLIKELY = new Set(["ECONNREFUSED", "ENOTFOUND"]);

function failureOf(error: unknown, url: URL): Error {
	const refused = tlsError(error, url);
	if (refused !== null) return refused;
	const { code = "", message } = error as NodeJS.ErrnoException;
	return new Passing(`${url.host}: ${FAILURES[code] ?? message}`, {
		isUnlikely: UNLIKELY.has(code),
	});
}
