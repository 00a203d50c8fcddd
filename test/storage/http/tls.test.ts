import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createPlain } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { root } from "../../helpers.js";
import { ranged } from "../fake-server.js";

const certificates = join(root, "test/storage/http/certificates");
const authority = join(certificates, "authority.pem");
const content = Buffer.from("0123456789");

/**
 * A server of one file at any path, with one of the certificates; null: without TLS.
 * @param to Where it redirects to in place of that.
 */
async function serving(certificate: string | null, to?: string) {
	let asked = 0;
	/** What requests say of who asks. */
	const told: (string | undefined)[] = [];
	const answer = (request: IncomingMessage, response: ServerResponse) => {
		asked++;
		told.push(request.headers.authorization ?? request.headers.cookie);
		if (to !== undefined) {
			response.writeHead(302, { location: to }).end();
			return;
		}
		const { status = 200, headers, body } = ranged(content, request);
		const length = { "content-length": (body as Buffer).length };
		response.writeHead(status, { ...headers, ...length });
		response.end(request.method === "HEAD" ? undefined : body);
	};
	const server =
		certificate === null
			? createPlain(answer)
			: createServer(
					{
						key: readFileSync(join(certificates, "server.key")),
						cert: readFileSync(join(certificates, `${certificate}.pem`)),
					},
					answer,
				);
	let connections = 0;
	server.on("connection", () => connections++);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return { port, told, counts: () => ({ asked, connections }) };
}

/** What a process reads of a server, by https:// or s3://; `isTrusted`: whether their authority is. */
function read(
	scheme: "https" | "s3",
	port: number,
	isTrusted = true,
	user = "",
) {
	const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
	const env = {
		...environment,
		...(isTrusted && { NODE_EXTRA_CA_CERTS: authority }),
		AWS_ENDPOINT_URL_S3: `https://localhost:${port}`,
		AWS_ACCESS_KEY_ID: "key",
		AWS_SECRET_ACCESS_KEY: "secret",
	};
	const path =
		scheme === "s3"
			? "s3://bucket/file"
			: `https://${user}localhost:${port}/file`;
	const script = join(root, "test/storage/http/read-by-tls.mjs");
	return new Promise<{ code: number; said: Record<string, unknown> }>(
		(resolve) => {
			execFile(process.execPath, [script, path], { env }, (error, stdout) =>
				resolve({ code: Number(error?.code ?? 0), said: JSON.parse(stdout) }),
			);
		},
	);
}

describe.each(["https", "s3"] as const)("%s:// by TLS", (scheme) => {
	test("from a server whose authority is trusted", async () => {
		const { port, counts } = await serving("good");
		const { said } = await read(scheme, port);
		expect(said).toEqual({
			whole: "0123456789",
			part: "234",
			lean: scheme === "s3" ? [] : ["012", "123", "234", "345"],
		});
		// One of node:http, and one of leanGet: they are kept.
		const { asked, connections } = counts();
		expect(connections).toBeLessThanOrEqual(2);
		expect(asked).toBeGreaterThan(connections);
	});

	test.each([
		["good", false, /its authority is not known here\. .*NODE_EXTRA_CA_CERTS/],
		["expired", true, /it has expired\. Have it renewed, or set the clock/],
		["other", true, /it is for DNS:other\.example\. Use a name/],
	])(
		"not from one with the certificate %s, its authority known: %s",
		async (name, isTrusted, why) => {
			const { port, counts } = await serving(name);
			const { code, said } = await read(scheme, port, isTrusted);
			expect(code).toBe(2);
			expect(said).toEqual({
				code: "bad-certificate",
				message: expect.stringMatching(why),
			});
			expect(said.message).toContain(`certificate of localhost:${port} is not`);
			expect(counts()).toEqual({ asked: 0, connections: 1 });
		},
	);
});

test("a server that does not speak TLS is told as such", async () => {
	const { port } = await serving(null);
	const { code, said } = await read("https", port);
	expect(code).toBe(2);
	expect(said.message).toMatch(/^localhost:\d+ does not speak TLS: give/);
});

test("a redirect from https to http is not followed, and nothing is sent there", async () => {
	const plain = await serving(null);
	const to = `http://localhost:${plain.port}/file`;
	const first = await serving("good", to);
	const { code, said } = await read("https", first.port, true, "me:secret@");
	expect(code).toBe(2);
	expect(said.message).toContain(`it leads to ${to}, which is not followed.`);
	expect(said.message).not.toContain("secret");
	expect(plain.counts()).toEqual({ asked: 0, connections: 0 });
});

test("a redirect to another host by TLS is followed without user and password", async () => {
	const other = await serving("good");
	const first = await serving("good", `https://localhost:${other.port}/there`);
	const { said } = await read("https", first.port, true, "me:secret@");
	expect(said).toMatchObject({ whole: "0123456789", part: "234" });
	const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
	expect(first.told).toContain(basic);
	expect(other.told.length).toBeGreaterThan(0);
	expect(other.told.filter((told) => told !== undefined)).toEqual([]);
});
