import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { leanGet } from "../../../src/storage/http/lean-get.js";
import { send } from "../../../src/storage/http/send.js";

/** A server that answers each request as it is told; gives its URL, and how many connections were made. */
async function answering(
	answer: (socket: Socket, head: string) => void,
): Promise<{ url: URL; connections: () => number }> {
	let connections = 0;
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		connections++;
		sockets.add(socket);
		socket.on("error", () => {});
		let head = "";
		socket.on("data", (bytes) => {
			head += bytes.toString("latin1");
			if (!head.endsWith("\r\n\r\n")) return;
			const asked = head;
			head = "";
			answer(socket, asked);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return {
		url: new URL(`http://127.0.0.1:${port}/a%20b?c=d`),
		connections: () => connections,
	};
}

const get = (url: URL, length = 10, idle = 2000) =>
	leanGet({
		url,
		headers: { range: "x" },
		into: new ArrayBuffer(length),
		idle,
	});
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("an answer in pieces of any size, longer than there is room for, or empty", async () => {
	const heads: string[] = [];
	const server = await answering(async (socket, head) => {
		heads.push(head);
		const body = "0123456789".repeat(heads.length - 1);
		const text = `HTTP/1.1 206 Partial Content\r\nContent-Length:${body.length}\r\nETag: "x:y"\r\n\r\n${body}`;
		for (let at = 0; at < text.length; at += 7) {
			socket.write(text.slice(at, at + 7));
			await pause(1);
		}
	});
	for (let times = 0; times < 3; times++) {
		const answer = await get(server.url);
		expect(answer).toMatchObject({ status: 206, headers: { etag: '"x:y"' } });
		expect(String(answer?.body)).toBe("0123456789".repeat(times));
	}
	expect(heads[0]).toMatch(/^GET \/a%20b\?c=d HTTP\/1\.1\r\n/);
	expect(heads[0]).toContain(`\r\nhost: ${server.url.host}\r\n`);
	expect(server.connections()).toBe(1);
});

test("connections that the server closes are made anew", async () => {
	const server = await answering((socket) => {
		socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
		socket.end();
	});
	for (let i = 0; i < 3; i++) {
		expect(String((await get(server.url))?.body)).toBe("ok");
		await pause(20);
	}
	const polite = await answering((socket) =>
		socket.write(
			"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nConnection: close\r\n\r\nok",
		),
	);
	for (let i = 0; i < 3; i++)
		expect(String((await get(polite.url))?.body)).toBe("ok");
	expect(polite.connections()).toBe(3);
});

test("what does not say how long it is is asked for in the usual way, or is known by its status", async () => {
	const chunked = (status: string) =>
		answering((socket) =>
			socket.write(
				`HTTP/1.1 ${status}\r\ntransfer-encoding: chunked\r\nretry-after: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
			),
		);
	const good = await chunked("200 OK");
	expect(await get(good.url)).toBe(null);
	const { url } = good;
	const answer = await send({
		method: "GET",
		url,
		headers: {},
		into: new ArrayBuffer(10),
		idle: 1000,
	});
	expect(String(answer.body)).toBe("hello");
	const busy = await get((await chunked("503 Slow Down")).url);
	expect(busy).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
	expect(await get((await chunked("403 Forbidden")).url)).toBe(null);
	const strange = await answering((socket) => socket.write("what?\r\n\r\n"));
	expect(await get(strange.url)).toBe(null);
});

test("headers of several lines are not sent", async () => {
	const server = await answering(() => {});
	const headers = { range: "x\r\nother: y" };
	const into = new ArrayBuffer(1);
	expect(await leanGet({ url: server.url, headers, into, idle: 1000 })).toBe(
		null,
	);
	expect(server.connections()).toBe(0);
});

test("what stalls, ends early or goes on too long fails", async () => {
	const stalled = await answering((socket) =>
		socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok"),
	);
	await expect(get(stalled.url, 10, 100)).rejects.toThrow("nothing came for");
	const cut = await answering((socket) =>
		socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok"),
	);
	await expect(get(cut.url)).rejects.toThrow("the connection was cut");
	const long = await answering((socket) =>
		socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nok"),
	);
	await expect(get(long.url)).rejects.toThrow("longer than it says");
	await expect(get(new URL("http://127.0.0.1:1/"))).rejects.toMatchObject({
		code: "ECONNREFUSED",
	});
});
