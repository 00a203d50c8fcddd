import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { confined } from "../../src/storage/confined.js";
import { localFiles } from "../../src/storage/local.js";
import { takeLock } from "../../src/storage/lock.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { hasEnded, thisProcess } from "../../src/storage/process-identity.js";
import { attempt } from "../../src/storage/system-errors.js";
import { root, temporaryDirectory } from "../helpers.js";

const since = "2026-01-01T00:00:00.000Z";

/** A process of this machine that has ended. */
function deadProcess() {
	const { pid } = spawnSync("true");
	return { ...thisProcess(), pid, started: 1, since };
}

function stateDirectory() {
	const directory = join(temporaryDirectory(), "state");
	mkdirSync(directory);
	return { directory, path: join(directory, "lock") };
}

test("of many processes one at a time has the lock, though holders and heirs die", async () => {
	const directory = temporaryDirectory();
	const run = promisify(execFile);
	const user = join(root, "test/storage/lock-user.mjs");
	const args = [user, directory, "20", JSON.stringify(deadProcess())];
	// Each fails where it finds another in the middle.
	await Promise.all(
		Array.from({ length: 8 }, () => run(process.execPath, args)),
	);
	const last = await takeLock(localFiles, `${directory}/state/lock`, "it");
	await last.release();
	const left = existsSync(`${directory}/state`)
		? readdirSync(`${directory}/state`)
		: [];
	expect(left).toEqual([]);
});

test("a lock says who has it, and is gone when it is given back", async () => {
	const { directory, path } = stateDirectory();
	const lock = await takeLock(localFiles, path, "data");
	const held = JSON.parse(readFileSync(path, "utf8"));
	expect(held).toMatchObject({ ...thisProcess() });
	expect(held.pid).toBe(process.pid);
	expect(Date.now() - Date.parse(held.since)).toBeLessThan(60_000);
	expect(readdirSync(directory)).toEqual(["lock"]);
	expect(await lock.isHeld()).toBe(true);
	await lock.release();
	expect(readdirSync(directory)).toEqual([]);
	expect(await lock.isHeld()).toBe(false);
	await lock.release();
});

test("a process takes it once", async () => {
	const { path } = stateDirectory();
	const lock = await takeLock(localFiles, path, "data");
	await expect(takeLock(localFiles, path, "data")).rejects.toThrow(
		/^data is in use by this very process since \S+Z: wait until it is done/,
	);
	await lock.release();
	const results = await Promise.allSettled(
		Array.from({ length: 20 }, () => takeLock(localFiles, path, "data")),
	);
	const taken = results.filter(({ status }) => status === "fulfilled");
	expect(taken).toHaveLength(1);
});

test("the lock of a process that lives is refused, and taken when it has ended", async () => {
	const { path } = stateDirectory();
	const child = spawn("sleep", ["60"]);
	const started = Number(
		readFileSync(`/proc/${child.pid}/stat`, "latin1").split(" ")[21],
	);
	const holder = { ...thisProcess(), pid: child.pid, started, since };
	writeFileSync(path, JSON.stringify({ ...holder, word: "w" }));
	await expect(takeLock(localFiles, path, "data")).rejects.toMatchObject({
		code: "in-use",
		exitCode: 2,
		message: `data is in use by process ${child.pid} on this machine since ${since}: wait until it is done, stop it, or choose another place. If it has ended, remove ${path}.`,
	});
	child.kill("SIGKILL");
	await once(child, "exit");
	await (await takeLock(localFiles, path, "data")).release();
});

test("a process that has this pid now, but began at another time, is not the holder", async () => {
	const { directory, path } = stateDirectory();
	const reused = { ...thisProcess(), started: 12, since, word: "w" };
	writeFileSync(path, JSON.stringify(reused));
	const lock = await takeLock(localFiles, path, "data");
	expect(await lock.isHeld()).toBe(true);
	expect(readdirSync(directory)).toEqual(["lock"]);
	await lock.release();
});

test.each([
	["host", "elsewhere", /process \d+ on host elsewhere since/],
	["boot", "another", /on host \S+, which was restarted since or is another/],
	["namespace", "pid:[1]", /on host \S+, in another container since/],
])("a lock of another %s is never taken for stale", async (key, value, who) => {
	const { path } = stateDirectory();
	const holder = { ...deadProcess(), [key]: value, word: "w" };
	expect(hasEnded(holder)).toBe(false);
	writeFileSync(path, JSON.stringify(holder));
	await expect(takeLock(localFiles, path, "data")).rejects.toThrow(who);
	expect(readFileSync(path, "utf8")).toBe(JSON.stringify(holder));
});

test("an heir that lives is waited for, one that has ended has heirs, and both leave nothing", async () => {
	const { directory, path } = stateDirectory();
	const dead = deadProcess();
	writeFileSync(path, JSON.stringify({ ...dead, word: "a" }));
	writeFileSync(`${path}.a.heir`, JSON.stringify({ ...dead, word: "b" }));
	const heir = { ...thisProcess(), since, word: "c" };
	writeFileSync(`${path}.b.heir`, JSON.stringify(heir));
	await expect(takeLock(localFiles, path, "data")).rejects.toThrow(
		/in use by this very process/,
	);
	writeFileSync(`${path}.b.heir`, JSON.stringify({ ...dead, word: "c" }));
	writeFileSync(`${path}.old.heir`, "{}");
	writeFileSync(`${path}.0123.partial`, "{");
	const lock = await takeLock(localFiles, path, "data");
	expect(readdirSync(directory)).toEqual(["lock"]);
	expect(await lock.isHeld()).toBe(true);
});

test.each(["", "1234", "{", "null", '{"pid":1}', '{"host":"h","pid":0}'])(
	"a file that is no lock of ours is refused: %j",
	async (content) => {
		const { path } = stateDirectory();
		writeFileSync(path, content);
		await expect(takeLock(localFiles, path, "data")).rejects.toThrow(
			`data may be in use: its lock ${path} does not say by whom (it holds ${JSON.stringify(content)}). If nothing is running there, remove ${path}.`,
		);
		expect(readFileSync(path, "utf8")).toBe(content);
	},
);

test("a link in the place of the lock is neither followed nor waited for", async () => {
	const { directory, path } = stateDirectory();
	symlinkSync("nowhere", path);
	await expect(takeLock(localFiles, path, "data")).rejects.toThrow(
		/can be neither made nor read/,
	);
	expect(readdirSync(directory)).toEqual(["lock"]);
});

test("a lock that another has is not given back", async () => {
	const { directory, path } = stateDirectory();
	const lock = await takeLock(localFiles, path, "data");
	const other = JSON.stringify({ ...thisProcess(), since, word: "other" });
	writeFileSync(path, other);
	expect(await lock.isHeld()).toBe(false);
	await lock.release();
	expect(readFileSync(path, "utf8")).toBe(other);
	expect(readdirSync(directory)).toEqual(["lock"]);
});

test("a lock that cannot be given back raises nothing", async () => {
	const storage = confined(localFiles, stateDirectory().directory);
	const { directory, path } = stateDirectory();
	const failing = {
		...localFiles,
		remove: (path: string) => storage.remove(path),
	};
	const lock = await takeLock(failing, path, "data");
	await lock.release();
	expect(readdirSync(directory)).toEqual(["lock"]);
});

test("a storage without links and renames has locks as well", async () => {
	const dead = JSON.stringify({ ...deadProcess(), word: "w" });
	const storage = memoryStorage({ "top/lock": Buffer.from(dead) });
	const lock = await takeLock(storage, "top/lock", "top");
	await expect(takeLock(storage, "top/lock", "top")).rejects.toThrow(/in use/);
	expect(await storage.list("top")).toEqual(["lock"]);
	await lock.release();
	expect(await storage.list("top")).toEqual([]);
});

test("a storage that makes the file and says that it did not gives the lock all the same", async () => {
	const storage = memoryStorage();
	const forgetful = {
		...storage,
		async createExclusive(path: string, content: string) {
			await storage.createExclusive(path, content);
			return false;
		},
	};
	const lock = await takeLock(forgetful, "lock", "data");
	expect(await lock.isHeld()).toBe(true);
});

test("a lock that could not be taken over is left for others to take", async () => {
	const { directory, path } = stateDirectory();
	writeFileSync(path, JSON.stringify({ ...deadProcess(), word: "w" }));
	const failing = {
		...localFiles,
		create: () => Promise.reject(new Error("the disk is full")),
	};
	await expect(takeLock(failing, path, "data")).rejects.toThrow(/is full/);
	expect(readdirSync(directory)).toEqual(["lock"]);
	const lock = await takeLock(localFiles, path, "data");
	expect(await lock.isHeld()).toBe(true);
});

describe("a holder that cannot be seen from here", () => {
	const elsewhere = { ...thisProcess(), host: "another", since, word: "w1" };
	const pulse = { every: 20, silence: 200 };
	const written = (path: string, beat?: number) =>
		writeFileSync(path, JSON.stringify({ ...elsewhere, beat }));

	test("has ended when it gives no sign of life", async () => {
		const { directory, path } = stateDirectory();
		written(path, 3);
		const began = performance.now();
		const locks = await Promise.allSettled(
			[1, 2].map(() => takeLock(localFiles, path, "data", pulse)),
		);
		expect(performance.now() - began).toBeGreaterThan(190);
		const taken = locks.filter((lock) => lock.status === "fulfilled");
		expect(taken).toHaveLength(1);
		await taken[0].value.release();
		expect(readdirSync(directory)).toEqual([]);
	});

	test("is respected as long as it gives one, and where it never did", async () => {
		const { path } = stateDirectory();
		let beat = 0;
		const life = setInterval(() => written(path, ++beat), 50);
		written(path, 0);
		await expect(takeLock(localFiles, path, "data", pulse)).rejects.toThrow(
			/^data is in use by process \d+ on host another/,
		);
		clearInterval(life);
		written(path);
		await expect(takeLock(localFiles, path, "data", pulse)).rejects.toThrow(
			/in use/,
		);
	});

	test("gives its signs, and none once it has lost the lock", async () => {
		const { path } = stateDirectory();
		const lock = await takeLock(localFiles, path, "data", {
			...pulse,
			every: 400,
		});
		const beatNow = () => JSON.parse(readFileSync(path, "utf8")).beat;
		await vi.waitFor(() => expect(beatNow()).toBeGreaterThan(0));
		expect(await lock.isHeld()).toBe(true);
		// Not while one is being given.
		await new Promise((resolve) => setTimeout(resolve, 150));
		written(path, 77);
		await new Promise((resolve) => setTimeout(resolve, 500));
		expect(beatNow()).toBe(77);
		await lock.release();
		expect(beatNow()).toBe(77);
	});
});

describe("where the disk reports errors that last, a sentence names the lock", () => {
	const broken = async () => {
		const error = new Error("EIO: i/o error, read");
		throw Object.assign(error, { code: "EIO", syscall: "read" });
	};
	const named = (path: string) =>
		expect.stringMatching(new RegExp(`${path}.*the disk reported an error`));

	test("as it is made", async () => {
		const { path } = stateDirectory();
		const createExclusive = () => attempt("write", path, broken);
		await expect(
			takeLock({ ...localFiles, createExclusive }, path, "data"),
		).rejects.toMatchObject({ exitCode: 1, message: named(path) });
	});

	test("as it is read", async () => {
		const { path } = stateDirectory();
		const lock = await takeLock(localFiles, path, "data");
		const open = () => attempt("read", path, broken);
		await expect(
			takeLock({ ...localFiles, open }, path, "data"),
		).rejects.toMatchObject({ exitCode: 1, message: named(path) });
		await lock.release();
	});

	test("as it is removed: the work counts, and who wants it next is told", async () => {
		const { path } = stateDirectory();
		const remove = () => attempt("remove", path, broken);
		const lock = await takeLock({ ...localFiles, remove }, path, "data");
		await lock.release();
		await expect(takeLock(localFiles, path, "data")).rejects.toMatchObject({
			code: "in-use",
			message: expect.stringContaining(`remove ${path}.`),
		});
		// Of a process that has ended it is nobody's.
		writeFileSync(path, JSON.stringify({ ...deadProcess(), word: "left" }));
		await (await takeLock(localFiles, path, "data")).release();
		expect(existsSync(path)).toBe(false);
	});
});
