// Tries s3:// with servers of other people: gofakes3, and versitygw, which checks signatures and
// conditions. Both are built from their Go modules, the latter in some minutes the first time:
//
//   npm run build && npm run test:stores
//
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { faultyProxy, start } from "./servers.mjs";

// Milliseconds of silence after which a connection is given up.
process.env.SEQPACK_HTTP_IDLE = "2000";
const { build, verify } = await import("seqpack");
const { storageAt } = await import("../../../dist/src/storage/storages.js");
const { readAll, readIfThere, transfer, writeAll } = await import(
	"../../../dist/src/storage/storage.js"
);

const directory = mkdtempSync(join(tmpdir(), "seqpack-s3-"));
const local = join(directory, "local");
const s3 = storageAt("s3://bucket");
const options = {
	tokenizer: "fixtures/tokenizer",
	seqLen: 1024,
	taskSize: 300_000,
	inputs: ["fixtures/prose", "fixtures/code"],
};
try {
	await build({ ...options, out: local });
	for (const name of ["gofakes3", "versitygw"]) {
		const server = await start(name, join(directory, name));
		try {
			Object.assign(process.env, server.environment, {
				AWS_ENDPOINT_URL_S3: server.url,
			});
			await tryStorage(name === "versitygw");
			await tryBuild(name, server);
			if (name === "versitygw") await tryRefusals();
		} finally {
			server.stop();
		}
	}
} finally {
	rmSync(directory, { recursive: true, force: true });
}

/** @param isStrict Whether the server obeys conditions at the end of an upload in parts. */
async function tryStorage(isStrict) {
	const top = "s3://bucket/storage";
	const large = randomBytes(20 << 20);
	const sha256 = createHash("sha256").update(large).digest("hex");
	for (const [name, bytes] of [
		["small", Buffer.from("small")],
		["empty", Buffer.alloc(0)],
		["large", large],
	]) {
		const path = `${top}/${name}`;
		await writeAll(s3, path, bytes, { once: true });
		await writeAll(s3, path, bytes, { once: true });
		assert.ok((await readAll(s3, path)).equals(bytes));
		assert.equal((await s3.stat(path)).size, bytes.length);
		if (name !== "large" || isStrict)
			await assert.rejects(
				writeAll(s3, path, Buffer.alloc(bytes.length + 1), { once: true }),
				/is there already, with other bytes/,
			);
	}
	assert.equal(
		(await writeAll(s3, `${top}/large`, large)).sha256,
		sha256,
		"objects can be replaced",
	);
	const file = await s3.open(`${top}/large`);
	for (const [from, length] of [
		[0, 1],
		[12_345_678, 100_000],
		[large.length - 5, 100],
		[large.length, 10],
	])
		assert.ok(
			(await file.read(from, length)).equals(
				large.subarray(from, from + length),
			),
		);
	assert.equal(await s3.createExclusive(`${top}/lock`, "one"), true);
	assert.equal(await s3.createExclusive(`${top}/lock`, "two"), false);
	const names = ["a b/c+d", "a b/é&<>'", "a b/#?%25", "a b/z/1", "a b/z/2"];
	for (const name of names) await writeAll(s3, `${top}/${name}`, name);
	const found = await s3.find(`${top}/a b`);
	assert.deepEqual(
		found.map(({ below }) => `a b/${below}`).sort(),
		[...names].sort(),
	);
	for (const { path, size } of found)
		assert.equal((await readAll(s3, path)).length, size);
	assert.deepEqual(await s3.list(`${top}/a b`), ["#?%25", "c+d", "z", "é&<>'"]);
	await transfer(s3, `${top}/a b/é&<>'`, `${top}/moved to`);
	assert.equal((await readAll(s3, `${top}/moved to`)).toString(), "a b/é&<>'");
	await s3.remove(top);
	assert.equal(await readIfThere(s3, `${top}/small`), null);
	assert.equal(await s3.stat(top), null);
}

/** A build whose requests fail, killed twice, is that on a disk. */
async function tryBuild(name, { port, url }) {
	const proxy = await faultyProxy(port);
	process.env.AWS_ENDPOINT_URL_S3 = proxy.url;
	const out = "s3://bucket/out/data";
	const began = performance.now();
	for (const after of [1500, 2500]) await killedBuild(out, after);
	await build({ ...options, out });
	const seconds = ((performance.now() - began) / 1000).toFixed(1);
	process.env.AWS_ENDPOINT_URL_S3 = url;
	proxy.stop();
	assert.deepEqual((await verify(out)).problems, []);
	const due = filesBelow(local);
	const got = (await s3.find(out)).map(({ below }) => below);
	assert.deepEqual(got.sort(), due.sort());
	for (const path of due)
		assert.ok(
			(await readAll(s3, `${out}/${path}`)).equals(
				readFileSync(join(local, path)),
			),
			path,
		);
	assert.deepEqual(await s3.list(`${out}/.seqpack`), []);
	console.log(
		`${name}: a build that was killed twice is that on a disk, ${due.length} files, in ${seconds} s; of its requests`,
		proxy.wrong,
	);
}

function killedBuild(out, after) {
	const args = [
		...["build", ...options.inputs, "--tokenizer", options.tokenizer],
		...["--seq-len", "1024", "--task-size", "300000", "--out", out],
	];
	const child = spawn(process.execPath, ["dist/bin/main.js", ...args], {
		stdio: "ignore",
	});
	return new Promise((resolve) => {
		child.on("exit", resolve);
		setTimeout(() => child.kill("SIGKILL"), after);
	});
}

async function tryRefusals() {
	await assert.rejects(readAll(s3, "s3://none/x"), /there is no bucket none/);
	await assert.rejects(writeAll(s3, "s3://none/x", "x"), /there is no bucket/);
	process.env.AWS_SECRET_ACCESS_KEY = "wrong";
	const { forgetCredentials } = await import(
		"../../../dist/src/storage/s3/credentials/credentials.js"
	);
	forgetCredentials();
	await assert.rejects(
		readAll(s3, "s3://bucket/x"),
		/the credentials are wrong/,
	);
	console.log("versitygw: what is refused is said");
}

function filesBelow(top) {
	return readdirSync(top, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(top, join(entry.parentPath, entry.name)));
}
