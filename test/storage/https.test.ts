import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { build, type Manifest } from "../../src/index.js";
import { PATIENCE } from "../../src/storage/http/persist.js";
import { readAll, readIfThere, writeAll } from "../../src/storage/storage.js";
import { nameAt, storageAt } from "../../src/storage/storages.js";
import { root, temporaryDirectory } from "../helpers.js";
import { type Answer, type Asked, fakeServer, ranged } from "./fake-server.js";

PATIENCE.firstWait = 1;
PATIENCE.longestWait = 5;

const web = storageAt("https://host");
const bytes = randomBytes(100_000);
const tag = (content: Buffer) =>
	`"${createHash("md5").update(content).digest("hex")}"`;

/** All of a file by its pieces. */
async function read(url: string, size = 10_000): Promise<Buffer> {
	const [{ size: all }] = await web.find(url);
	const file = await web.open(url);
	const pieces: Buffer[] = [];
	for (let at = 0; at < all; at += size) pieces.push(await file.read(at, size));
	await file.close();
	return Buffer.concat(pieces);
}

/** How servers answer; each gives the file. */
const servers: Record<string, (asked: Asked) => Answer> = {
	"gives ranges": (asked) => ranged(bytes, asked, { etag: tag(bytes) }),
	"knows dates only": (asked) =>
		ranged(bytes, asked, { "last-modified": "Sat, 1 Aug 2026 01:02:03 GMT" }),
	"says nothing of versions": (asked) => ranged(bytes, asked),
	"gives no ranges": () => ({ headers: { etag: "W/x" }, body: bytes }),
	"gives no ranges, and no sizes": () => ({ isChunked: true, body: bytes }),
	"answers no HEAD": (asked) =>
		asked.method === "HEAD"
			? { status: 403 }
			: ranged(bytes, asked, { etag: tag(bytes) }),
};

describe("a file is read of a server that", () => {
	test.each(Object.entries(servers))("%s", async (name, answer) => {
		const { url, asked } = await fakeServer(answer);
		const path = `${url}/dir/a%20file.jsonl?part=1/2&more`;
		expect((await read(path)).equals(bytes)).toBe(true);
		expect((await readAll(web, path)).equals(bytes)).toBe(true);
		expect(await web.stat(path)).toMatchObject({ kind: "file", size: 100_000 });
		for (const { url, headers } of asked) {
			expect(url.pathname + url.search).toBe(
				"/dir/a%20file.jsonl?part=1/2&more",
			);
			expect(headers["accept-encoding"]).toBe("identity");
		}
		// What comes whole is not fetched for each piece of it.
		if (name.includes("no ranges")) expect(asked.length).toBeLessThan(9);
		expect(nameAt(path)).toBe(`${url}/dir/a file.jsonl`);
	});

	test("is busy, and cuts answers", async () => {
		let count = 0;
		const { url } = await fakeServer((asked) => {
			count++;
			if (count % 3 === 0) return { status: 503 };
			return { ...ranged(bytes, asked), isCut: count % 3 === 1 };
		});
		expect((await read(`${url}/x`)).equals(bytes)).toBe(true);
	});

	test("sends on to another, which is not told who asks", async () => {
		const other = await fakeServer((asked) => ranged(bytes, asked));
		const first = await fakeServer(({ url }) => ({
			status: 302,
			headers: {
				location:
					url.pathname === "/old" ? "/new" : `${other.url}/there?signed`,
			},
		}));
		const path = `${first.url.replace("//", "//me:secret@")}/old`;
		expect((await read(path)).equals(bytes)).toBe(true);
		const told = (headers: Asked["headers"]) => headers.authorization;
		expect(first.asked.map(({ headers }) => told(headers))).toContain(
			`Basic ${Buffer.from("me:secret").toString("base64")}`,
		);
		expect(other.asked.map(({ headers }) => told(headers))).not.toContain(
			expect.anything(),
		);
		// Pieces are asked for where they are.
		expect(other.asked.length).toBe(12);
		expect(first.asked.length).toBeLessThan(6);
		expect(nameAt(path)).toBe(`${first.url}/old`);
	});
});

test("an empty file is one", async () => {
	const { url } = await fakeServer((asked) => ranged(Buffer.alloc(0), asked));
	expect(await web.stat(`${url}/x`)).toMatchObject({ kind: "file", size: 0 });
	expect((await read(`${url}/x`)).length).toBe(0);
});

test("a file that is replaced while it is read is told", async () => {
	let content = Buffer.from("one one one");
	const { url } = await fakeServer((asked) =>
		ranged(content, asked, { etag: tag(content) }),
	);
	const file = await web.open(`${url}/x`);
	expect((await file.read(0, 3)).toString()).toBe("one");
	content = Buffer.from("two two two");
	await expect(file.read(4, 3)).rejects.toMatchObject({
		message: `${url}/x was replaced while it was read: run the same again.`,
		exitCode: 1,
	});
});

describe("what cannot be read is told", () => {
	const serve = async (answer: (asked: Asked) => Answer) =>
		(await fakeServer(answer)).url;

	test("what is not there, a directory, a glob", async () => {
		const url = await serve(() => ({ status: 404 }));
		await expect(web.find(`${url}/x`)).rejects.toThrow(
			`there is no file ${url}/x.`,
		);
		for (const many of ["dir/", "*.jsonl", "{a,b}.jsonl", ""])
			await expect(web.find(`${url}/${many}`)).rejects.toThrow(
				`there is no file ${url}/${many}, and servers of the web do not list what they have: give the URL of each file, or @file with a file that names them.`,
			);
		expect(await readIfThere(web, `${url}/x`)).toBe(null);
		await expect(web.open(`${url}/x`)).rejects.toThrow("there is no such file");
	});

	test("what is denied, and what the server does not say", async () => {
		const denied = await serve(() => ({ status: 403 }));
		await expect(web.find(`${denied}/x`)).rejects.toMatchObject({
			message: expect.stringContaining("access is denied (403)"),
			exitCode: 2,
		});
		const odd = await serve(() => ({ status: 418 }));
		await expect(web.find(`${odd}/x`)).rejects.toMatchObject({
			message: `cannot read ${odd}/x: the answer was 418.`,
			exitCode: 1,
		});
		const round = await serve(() => ({
			status: 301,
			headers: { location: "/x" },
		}));
		await expect(web.find(`${round}/x`)).rejects.toThrow(
			"it leads to /x, which is not followed",
		);
	});

	test("a large file of a server without ranges, or without sizes", async () => {
		const large = Buffer.alloc((32 << 20) + 1);
		const whole = await serve(() => ({ body: large }));
		const file = await web.open(`${whole}/x`);
		await expect(file.read(0, 10)).rejects.toMatchObject({
			message: `cannot read ${whole}/x: its server gives no parts of files (it knows no ranges), and the file is larger than 32 MiB. Download it, and give the file.`,
			exitCode: 2,
		});
		const endless = await serve(() => ({ isChunked: true, body: large }));
		await expect(web.find(`${endless}/x`)).rejects.toThrow(
			"its server does not say how large it is",
		);
	});

	test("a server that never answers", async () => {
		await expect(web.find("http://127.0.0.1:1/x")).rejects.toThrow(
			/127.0.0.1:1: nothing listens there. It was tried \d+ times/,
		);
	});

	test("what is to be written", async () => {
		const sentence =
			/^cannot write https:\/\/host\/out.*: https is read only. Choose a directory here, or s3:\/\/bucket\/path.$/;
		for (const write of [
			() => writeAll(web, "https://host/out", "x"),
			() => web.createExclusive("https://host/out", "x"),
			() => web.remove("https://host/out"),
			() => web.makeDirectory("https://host/out"),
		])
			await expect(write()).rejects.toThrow(sentence);
	});
});

test("a build from URLs has the shards of one from files, and one into a URL is refused", async () => {
	const names = ["code/code.jsonl.gz", "scripts/udhr.jsonl"];
	const { url } = await fakeServer((asked) => {
		const path = join(root, "fixtures", asked.url.pathname);
		if (asked.url.pathname.startsWith("/out")) return { status: 404 };
		if (asked.url.search !== "?signed=a.b/c" && !path.includes("tokenizer"))
			return { status: 403 };
		try {
			const content = readFileSync(path);
			return ranged(content, asked, { etag: tag(content) });
		} catch {
			return { status: 404 };
		}
	});
	const options = {
		...{ seqLen: 1024, taskSize: 100_000, workers: 0 },
		fingerprint: "sample",
	} as const;
	const builds: Manifest[] = [];
	for (const [inputs, tokenizer] of [
		[
			names.map((name) => join(root, "fixtures", name)),
			join(root, "fixtures/tokenizer"),
		],
		[
			names.map((name) => `${url}/${name}?signed=a.b/c`),
			`${url}/tokenizer/tokenizer.json`,
		],
	] as const) {
		const out = join(temporaryDirectory(), "data");
		const asked = { inputs: [...inputs], tokenizer, out, ...options };
		builds.push((await build(asked)).manifest);
	}
	expect(builds[1]).toEqual(builds[0]);
	await expect(
		build({
			inputs: [join(root, "fixtures/scripts")],
			tokenizer: join(root, "fixtures/tokenizer"),
			out: `${url}/out`,
			...options,
		}),
	).rejects.toThrow("https is read only");
});
