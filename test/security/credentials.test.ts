// No credential that seqpack is given, or finds in the environment, is printed or stored.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	isSecretHere,
	publicUrl,
	wholeUrl,
} from "../../src/storage/http/secret-urls.js";
import {
	directoryWith,
	filesBelow,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { fakeServer, ranged, withEnvironment } from "../storage/fake-server.js";

const CANARY = "cAnArY";

/** What programs of the cloud go by. */
const variables = Object.fromEntries(
	[
		"AWS_ACCESS_KEY_ID",
		"AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN",
		"HF_TOKEN",
		"HUGGING_FACE_HUB_TOKEN",
		"GOOGLE_APPLICATION_CREDENTIALS",
		"GOOGLE_API_KEY",
		"AZURE_STORAGE_KEY",
		"AZURE_STORAGE_SAS_TOKEN",
	].map((name, i) => [name, `${CANARY}${i}x`]),
);

/** What says who may read, as object stores write it. */
const signed = [
	`X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${CANARY}a&X-Amz-Signature=${CANARY}b&X-Amz-Security-Token=${CANARY}c`,
	`GoogleAccessId=${CANARY}d&X-Goog-Signature=${CANARY}e`,
	`sv=2024-11-04&sig=${CANARY}f`,
	`Policy=${CANARY}g&Signature=${CANARY}h&Key-Pair-Id=${CANARY}i`,
	`access_token=${CANARY}j`,
	`unknown=${CANARY}0123456789012345678`,
];

const texts = Buffer.from(
	'{"text":"Some words of a document."}\n'.repeat(1000),
);

/** A server that gives a file to who is signed on, in one way or another. */
async function server() {
	return fakeServer((asked) => {
		const { pathname, search } = asked.url;
		const isKnown = search.includes(CANARY) || asked.headers.authorization;
		if (!isKnown) return { status: 401, body: `who is ${CANARY}?` };
		if (pathname === "/missing.jsonl") return { status: 404 };
		if (pathname === "/denied.jsonl")
			return { status: 403, body: `${search} may not` };
		if (pathname === "/moved.jsonl")
			return {
				status: 302,
				headers: { location: `ftp://x/y?sig=${CANARY}k` },
			};
		if (pathname === "/bad.jsonl") return ranged(Buffer.from("{]\n"), asked);
		return ranged(texts, asked);
	});
}

function expectNoCanary(out: string, told: string): void {
	expect(told).not.toContain(CANARY);
	for (const path of filesBelow(out))
		expect(readFileSync(join(out, path)).includes(CANARY), path).toBe(false);
}

function urlsOf(url: string, file: string): string[] {
	return [
		...signed.map((query) => `${url}/${file}?${query}`),
		`${url.replace("//", `//${CANARY}l:${CANARY}m@`)}/${file}`,
	];
}

test("What signs a URL, a user and a password are in nothing that a build writes or prints", async () => {
	withEnvironment(variables, "HF_");
	const { url, asked } = await server();
	const out = temporaryDirectory();
	const inputs = urlsOf(url, "udhr.jsonl").map((each, i) =>
		each.replace("udhr", `udhr${i}`),
	);
	const { code, stdout, stderr } = await seqpack([
		...["build", ...inputs, "--tokenizer", tokenizerPath],
		...["--seq-len", "512", "--workers", "2", "--task-size", "20K"],
		...["--json", "--out", join(out, "data")],
	]);
	expect([code, stderr]).toMatchObject([0, expect.any(String)]);
	expect(asked.length).toBeGreaterThan(inputs.length);
	expectNoCanary(out, stdout + stderr);
	const manifest = readFileSync(join(out, "data/seqpack.json"), "utf8");
	expect(manifest).toContain("udhr0.jsonl");
});

test("nor in what is left of one that failed, or in an error", async () => {
	withEnvironment(variables, "HF_");
	const { url } = await server();
	const small = join(directoryWith({ "a.txt": "a text" }), "a.txt");
	for (const [i, file] of ["bad", "missing", "denied", "moved"].entries())
		for (const input of urlsOf(url, `${file}.jsonl`).filter(
			(_, at) => at % 4 === i || at === signed.length,
		)) {
			const out = temporaryDirectory();
			const { code, stdout, stderr } = await seqpack([
				...["build", small, input],
				...["--tokenizer", tokenizerPath, "--seq-len", "512"],
				...["--workers", "1", "--out", join(out, "data")],
			]);
			expect(code, file).toBeGreaterThan(0);
			expect(stderr).toContain(`${file}.jsonl`);
			expectNoCanary(out, stdout + stderr);
		}
});

test("nor in errors of a tokenizer, a template, a list or an output that are URLs", async () => {
	withEnvironment(variables, "HF_");
	const { url } = await server();
	const code = join(directoryWith({ "a.txt": "a text" }), "a.txt");
	for (const secret of urlsOf(url, "missing.jsonl").slice(-2)) {
		const out = temporaryDirectory();
		for (const args of [
			[code, "--tokenizer", secret, "--out", join(out, "a")],
			[`@${secret}`, "--tokenizer", tokenizerPath, "--out", join(out, "b")],
			[code, "--tokenizer", tokenizerPath, "--out", secret],
			[code, "--config", secret, "--out", join(out, "c")],
			[
				code,
				"--recipe",
				secret,
				"--tokenizer",
				tokenizerPath,
				"--out",
				join(out, "d"),
			],
			[
				code,
				"--chat-template",
				secret,
				"--tokenizer",
				tokenizerPath,
				"--out",
				join(out, "e"),
			],
		]) {
			const { stdout, stderr } = await seqpack([
				...["build", ...args, "--seq-len", "512"],
			]);
			expectNoCanary(out, stdout + stderr);
		}
		const { stderr } = await seqpack(["verify", secret]);
		expectNoCanary(out, stderr);
	}
});

test("A URL is shown and kept without what is secret in it, and asked with it", () => {
	for (const [whole, shown] of [
		["https://me:pw@host/a?b=c", "https://host/a?b=c"],
		["https://host/a?sig=xyz&part=1#x", "https://host/a?part=1"],
		["https://host/a?X-Amz-Signature=xyz", "https://host/a"],
	]) {
		expect(publicUrl(whole)).toBe(shown);
		expect(wholeUrl(shown)).toBe(whole);
		expect(isSecretHere(shown)).toBe(true);
	}
	for (const url of [
		"https://other/a",
		"https://other/a?id=7&lang=en",
		"x/y@z",
	]) {
		expect(publicUrl(url)).toBe(url);
		expect(isSecretHere(url)).toBe(false);
	}
});
