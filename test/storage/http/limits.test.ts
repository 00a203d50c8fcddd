// What a server that answers can make seqpack do.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import {
	Redirects,
	redirected,
	redirectOf,
} from "../../../src/storage/http/follow.js";
import { LARGEST, send } from "../../../src/storage/http/send.js";
import { storageAt } from "../../../src/storage/storages.js";
import { fakeServer } from "../fake-server.js";

async function started(server: Server): Promise<URL> {
	await new Promise<void>((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve()),
	);
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return new URL(`http://127.0.0.1:${port}/x`);
}

const asked = { method: "GET", headers: {}, idle: 5000 };

test.each([LARGEST + 1, 2 ** 40, Number.MAX_SAFE_INTEGER])(
	"an answer that says it has %d bytes is not made room for",
	async (length) => {
		const url = await started(
			createServer((_, response) => {
				response.writeHead(200, { "content-length": length });
				response.write("some");
			}),
		);
		for (const into of [undefined, new ArrayBuffer(10)])
			await expect(send({ ...asked, url, into })).rejects.toMatchObject({
				code: "too-large",
				message: expect.stringContaining("more than 256 MiB"),
			});
	},
);

test("an answer without end is given up where enough has come", async () => {
	const url = await started(
		createServer((_, response) => {
			const piece = Buffer.alloc(1 << 20);
			const write = () => {
				while (!response.destroyed && response.write(piece));
			};
			response.on("drain", write);
			write();
		}),
	);
	for (const into of [undefined, new ArrayBuffer(10)]) {
		const answer = await send({ ...asked, url, into, most: 3 << 20 });
		expect(answer).toMatchObject({ isTooLong: true, body: Buffer.alloc(0) });
	}
});

test("redirects end, and lead to nothing but the web", async () => {
	let count = 0;
	const { url } = await fakeServer(() => {
		count++;
		return { status: 302, headers: { location: `/${count}` } };
	});
	const redirects = new Redirects();
	const answer = await redirects.follow({ ...asked, url: new URL(url) });
	expect([answer.status, count]).toEqual([302, 9]);
	for (const location of [
		"file:///etc/passwd",
		"ftp://127.0.0.1/x",
		"s3://bucket/key",
		"data:text/plain,x",
		"//[",
	]) {
		const { url } = await fakeServer(() => ({
			status: 302,
			headers: { location },
		}));
		const answer = await redirects.follow({ ...asked, url: new URL(url) });
		expect(answer.status, location).toBe(302);
		await expect(storageAt(url).find(`${url}/x`)).rejects.toThrow(
			"which is not followed",
		);
	}
});

test.each([
	["https://a/x", "http://a/y", null],
	["https://a/x", "http://b/y", null],
	["https://a/x", "HTTP://a/y", null],
	["https://a/x", "//b/y", "https://b/y"],
	["https://a/x", "/y", "https://a/y"],
	["http://a/x", "https://a/y", "https://a/y"],
	["http://a/x", "http://b/y", "http://b/y"],
	["https://a/x", "javascript:1", null],
	["https://a/x", "", null],
])("from %s to %s it goes to %s", (from, location, to) => {
	for (const status of [301, 302, 303, 307, 308]) {
		const answer = { status, headers: { location }, body: Buffer.alloc(0) };
		expect(redirectOf(answer, new URL(from))?.href ?? null).toBe(to);
	}
	const other = { status: 200, headers: { location }, body: Buffer.alloc(0) };
	expect(redirectOf(other, new URL(from))).toBeNull();
});

test.each([
	["https://a/y", true],
	["https://a:444/y", false],
	["https://b/y", false],
	["https://a.b/y", false],
])("credentials go along to %s: %s", (to, areSent) => {
	const headers = {
		Authorization: "x",
		cookie: "x",
		"X-Amz-Security-Token": "x",
		range: "bytes=0-1",
	};
	const url = new URL("https://a/x");
	const next = redirected({ ...asked, url, headers }, new URL(to));
	expect(next.headers).toEqual(areSent ? headers : { range: "bytes=0-1" });
	expect(next.url.href).toBe(to);
});
