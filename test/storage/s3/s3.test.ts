import { randomBytes } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { sha256 } from "../../../src/storage/hash.js";
import { PATIENCE } from "../../../src/storage/http/persist.js";
import { forgetCredentials } from "../../../src/storage/s3/credentials/credentials.js";
import { sign } from "../../../src/storage/s3/sign.js";
import {
	readAll,
	readIfThere,
	transfer,
	writeAll,
} from "../../../src/storage/storage.js";
import { storageAt } from "../../../src/storage/storages.js";
import { FakeS3, type Fault, type Received, type Refusal } from "./fake-s3.js";

const s3 = storageAt("s3://bucket");

/** No test is to wait for long. */
PATIENCE.firstWait = 1;
PATIENCE.longestWait = 5;

test("signatures are those of Amazon's own example", () => {
	// "Signature Calculations for the Authorization Header", GET Object, in the documentation of S3.
	const headers = sign(
		{
			method: "GET",
			url: new URL("https://examplebucket.s3.amazonaws.com/test.txt"),
			headers: { range: "bytes=0-9" },
		},
		{
			accessKeyId: "AKIAIOSFODNN7EXAMPLE",
			secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		},
		{ region: "us-east-1", service: "s3" },
		Date.UTC(2013, 4, 24),
	);
	expect(headers.authorization).toContain(
		"Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
	);
});

describe("what fails in passing is tried again", () => {
	/** Every third request of a kind goes wrong. */
	const everyThird = (fault: Fault, method: string) => {
		let count = 0;
		return (request: Received): Fault =>
			request.method === method && count++ % 3 === 0 ? fault : "none";
	};

	test.each(["busy", "reset", "lost", "cut"] as const)(
		"reads: %s",
		async (fault) => {
			const fake = await FakeS3.start({ fault: everyThird(fault, "GET") });
			const bytes = randomBytes(300_000);
			fake.put("file", bytes);
			const file = await s3.open("s3://bucket/file");
			for (let at = 0; at < 20; at++) {
				const from = at * 15_000;
				const piece = await file.read(from, 15_000, new ArrayBuffer(15_000));
				expect(piece.equals(bytes.subarray(from, from + 15_000))).toBe(true);
			}
			expect((await readAll(s3, "s3://bucket/file")).equals(bytes)).toBe(true);
		},
	);

	test.each(["busy", "reset", "lost"] as const)("writes: %s", async (fault) => {
		for (const method of ["PUT", "POST"]) {
			const fake = await FakeS3.start({ fault: everyThird(fault, method) });
			const bytes = randomBytes(18 << 20);
			const file = await s3.create("s3://bucket/large", { once: true });
			for (let at = 0; at < bytes.length; at += 1 << 20)
				await file.write(bytes.subarray(at, at + (1 << 20)));
			const written = { bytes: bytes.length, sha256: sha256(bytes) };
			expect(await file.commit()).toEqual(written);
			expect(fake.contents().large.equals(bytes)).toBe(true);
			expect(fake.uploads.size).toBeLessThanOrEqual(fault === "lost" ? 2 : 0);
			await writeAll(s3, "s3://bucket/small", "small", { once: true });
			expect(fake.contents().small.toString()).toBe("small");
		}
	});
});

test("who is never answered is told after a stated number of tries", async () => {
	await FakeS3.start({ fault: () => "busy" });
	await expect(readAll(s3, "s3://bucket/x")).rejects.toThrow(
		/^cannot read s3:\/\/bucket\/x: 127.0.0.1:\d+ answered 503 SlowDown. It was tried 10 times; run the same again later.$/,
	);
});

describe("what is written once", () => {
	test("is left where it is the same, and refused where it is not", async () => {
		const fake = await FakeS3.start();
		for (const size of [10, 9 << 20]) {
			const bytes = Buffer.alloc(size, 1);
			const path = `s3://bucket/${size}`;
			await writeAll(s3, path, bytes, { once: true });
			const puts = fake.requests.length;
			await writeAll(s3, path, bytes, { once: true });
			expect(fake.requests.length).toBeGreaterThan(puts);
			await expect(
				writeAll(s3, path, Buffer.alloc(size, 2), { once: true }),
			).rejects.toThrow("is there already, with other bytes");
			expect(fake.contents()[size].equals(bytes)).toBe(true);
			expect(fake.uploads.size).toBe(0);
		}
	});

	test("of many at once one is made, also where replies are lost", async () => {
		let count = 0;
		const fake = await FakeS3.start({
			fault: ({ method }) =>
				method === "PUT" && count++ % 2 === 0 ? "lost" : "none",
		});
		const made = await Promise.all(
			Array.from({ length: 8 }, (_, i) =>
				s3.createExclusive("s3://bucket/lock", `content ${i}`),
			),
		);
		// Whose reply was lost may not know it.
		expect(made.filter(Boolean).length).toBeLessThanOrEqual(1);
		expect(fake.contents().lock.toString()).toMatch(/^content \d$/);
	});
});

describe("what only a person can fix is said", () => {
	const cases: [string, Refusal, RegExp, number][] = [
		[
			"no access",
			{ status: 403, code: "AccessDenied" },
			/cannot read s3:\/\/bucket\/x: access is denied. It needs the permission s3:GetObject on s3:\/\/bucket\/x/,
			2,
		],
		[
			"a wrong key",
			{ status: 403, code: "InvalidAccessKeyId", message: "No such key id." },
			/the credentials are wrong \(No such key id\.\)/,
			2,
		],
		[
			"no bucket",
			{ status: 404, code: "NoSuchBucket" },
			/there is no bucket bucket/,
			2,
		],
		[
			"another region",
			{ status: 301, code: "PermanentRedirect" },
			/is in another region/,
			2,
		],
	];
	test.each(cases)("%s", async (_, refusal, sentence, exitCode) => {
		await FakeS3.start({ refuse: () => refusal });
		await expect(readAll(s3, "s3://bucket/x")).rejects.toMatchObject({
			message: expect.stringMatching(sentence),
			exitCode,
		});
	});

	test("no credentials", async () => {
		await FakeS3.start({
			refuse: ({ headers }) =>
				headers.authorization ? null : { status: 403, code: "AccessDenied" },
		});
		delete process.env.AWS_ACCESS_KEY_ID;
		forgetCredentials();
		await expect(readAll(s3, "s3://bucket/x")).rejects.toThrow(
			/there are no credentials: set AWS_ACCESS_KEY_ID/,
		);
	});

	test("of Google's, without keys: roles of Amazon's are not asked for", async () => {
		const fake = await FakeS3.start({
			refuse: () => ({ status: 403, code: "AccessDenied" }),
		});
		for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
			delete process.env[name];
		process.env.AWS_CONFIG_FILE = "/none";
		process.env.AWS_SHARED_CREDENTIALS_FILE = "/none";
		process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${fake.url}/role`;
		process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = fake.url;
		process.env.SEQPACK_GS_ENDPOINT = fake.url;
		onTestFinished(() => {
			delete process.env.SEQPACK_GS_ENDPOINT;
		});
		forgetCredentials();
		await expect(
			readAll(storageAt("gs://bucket/x"), "gs://bucket/x"),
		).rejects.toThrow(
			/there are no credentials: set an HMAC key in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE\. Looked at: the environment, profile default \(\/none, \/none\)\.$/,
		);
		expect(fake.requests.map(({ path }) => path)).toEqual(["bucket/x"]);
	});

	test("a URL without a bucket", async () => {
		await expect(s3.stat("s3:/x")).rejects.toThrow(
			"s3:/x is not a URL of S3: it is written s3://bucket/path.",
		);
		for (const url of ["s3:", "s3://", "s3:///x", "s3:///.seqpack/plan.json"])
			await expect(s3.stat(url)).rejects.toMatchObject({
				code: "bad-url",
				message:
					"the bucket is missing after s3://: a URL of S3 is written s3://bucket/path.",
			});
	});
});

test("a clock that is wrong is corrected", async () => {
	const ahead = 3_600_000;
	const fake = await FakeS3.start({
		refuse({ headers }) {
			const date = String(headers["x-amz-date"]);
			const sent = Date.parse(
				date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"),
			);
			return Math.abs(sent - Date.now() - ahead) < 300_000
				? null
				: {
						status: 403,
						code: "RequestTimeTooSkewed",
						headers: { date: new Date(Date.now() + ahead).toUTCString() },
					};
		},
	});
	fake.put("x", "text");
	expect((await readAll(s3, "s3://bucket/x")).toString()).toBe("text");
	expect(fake.requests).toHaveLength(2);
});

test("an object that is replaced while it is read is told", async () => {
	const fake = await FakeS3.start();
	fake.put("x", "one one one");
	const file = await s3.open("s3://bucket/x");
	expect((await file.read(0, 3)).toString()).toBe("one");
	fake.put("x", "two two two");
	await expect(file.read(4, 3)).rejects.toThrow(
		"s3://bucket/x was replaced while it was read",
	);
});

test("listings of many pages, and of names of any kind", async () => {
	const fake = await FakeS3.start({ page: 3 });
	const names = [
		"a b/c+d",
		"a b/é&<>\"'",
		"a b/#?%25",
		"a b/.h/x",
		"a b/z/1",
		"a b/z/2",
		"a b/z",
	];
	for (const name of names) fake.put(name, name);
	expect(await s3.list("s3://bucket/a b")).toEqual(
		["c+d", "é&<>\"'", "#?%25", ".h", "z"].sort(),
	);
	const found = await s3.find("s3://bucket/a b");
	expect(found.map(({ below }) => below).sort()).toEqual(
		names
			.map((name) => name.slice(4))
			.filter((name) => name !== ".h/x")
			.sort(),
	);
	for (const { path, below } of found)
		expect((await readAll(s3, path)).toString()).toBe(`a b/${below}`);
	const globbed = await s3.find("s3://bucket/a b/**/[12]");
	expect(globbed.map(({ path }) => path)).toEqual([
		"s3://bucket/a b/z/1",
		"s3://bucket/a b/z/2",
	]);
	await s3.remove("s3://bucket/a b");
	expect(await readIfThere(s3, "s3://bucket/a b/z")).toBe(null);
	expect(fake.objects.size).toBe(0);
});

test("a file is put at another path by the service itself", async () => {
	const fake = await FakeS3.start();
	await writeAll(s3, "s3://bucket/a b/c+d é", "content");
	const from = fake.requests.length;
	await transfer(s3, "s3://bucket/a b/c+d é", "s3://bucket/e");
	expect(fake.contents()).toEqual({ e: Buffer.from("content") });
	const sent = fake.requests.slice(from).map(({ body }) => body.length);
	expect(sent.every((length) => length === 0)).toBe(true);
	await expect(
		transfer(s3, "s3://bucket/none", "s3://bucket/f"),
	).rejects.toThrow("there is no such file");
});
