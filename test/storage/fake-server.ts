import {
	createServer,
	type IncomingHttpHeaders,
	type OutgoingHttpHeaders,
} from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Asked {
	method: string;
	url: URL;
	headers: IncomingHttpHeaders;
	body: string;
}

export interface Answer {
	status?: number;
	headers?: OutgoingHttpHeaders;
	/** What is no text is sent as JSON. */
	body?: unknown;
	/** Whether the connection ends in the middle of the body. */
	isCut?: boolean;
	/** Whether the length is not said before. */
	isChunked?: boolean;
}

/** A server on this machine that ends with the test; null: it never answers. */
export async function fakeServer(
	answer: (asked: Asked) => Answer | null,
): Promise<{ url: string; asked: Asked[] }> {
	const all: Asked[] = [];
	const server = createServer(async (request, response) => {
		const pieces: Buffer[] = [];
		for await (const piece of request) pieces.push(piece);
		const asked: Asked = {
			method: request.method ?? "",
			url: new URL(request.url ?? "", `http://${request.headers.host}`),
			headers: request.headers,
			body: Buffer.concat(pieces).toString(),
		};
		all.push(asked);
		const said = answer(asked);
		if (said === null) return;
		const { status = 200, headers = {}, body = "", isCut, isChunked } = said;
		const isRaw = typeof body === "string" || Buffer.isBuffer(body);
		const bytes = Buffer.from(isRaw ? (body as string) : JSON.stringify(body));
		const length = isChunked ? {} : { "content-length": bytes.length };
		response.writeHead(status, { ...length, ...headers });
		if (asked.method === "HEAD") response.end();
		else if (isCut)
			response.write(bytes.subarray(0, bytes.length / 2), () =>
				response.destroy(),
			);
		else response.end(bytes);
	});
	await new Promise<void>((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve()),
	);
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, asked: all };
}

/** Sets variables of the environment until the test ends, with all others that begin so removed. */
export function withEnvironment(
	variables: Readonly<Record<string, string | undefined>>,
	...beginnings: string[]
): void {
	const before = { ...process.env };
	for (const name of Object.keys(process.env))
		if (beginnings.some((beginning) => name.startsWith(beginning)))
			delete process.env[name];
	for (const [name, value] of Object.entries(variables))
		if (value === undefined) delete process.env[name];
		else process.env[name] = value;
	onTestFinished(() => {
		for (const name of Object.keys(process.env))
			if (!(name in before)) delete process.env[name];
		Object.assign(process.env, before);
	});
}

/** What of some content a request with `Range` is answered with. */
export function ranged(
	content: Buffer,
	{ headers }: Pick<Asked, "headers">,
	more: OutgoingHttpHeaders = {},
): Answer {
	const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
	const all = { "accept-ranges": "bytes", ...more };
	if (range === null) return { headers: all, body: content };
	const [start, end] = [Number(range[1]), Number(range[2])];
	if (start >= content.length)
		return {
			status: 416,
			headers: { ...all, "content-range": `bytes */${content.length}` },
		};
	const body = content.subarray(start, end + 1);
	const given = `bytes ${start}-${start + body.length - 1}/${content.length}`;
	return { status: 206, headers: { ...all, "content-range": given }, body };
}
