import fs from "node:fs";
import promises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** What fails, and how. */
export interface Fault {
	code: "ENOSPC" | "EDQUOT" | "EIO" | "EMFILE";
	/** The number of the call that fails. */
	at: number;
	/** Whether all that come after it do, too: a full disk stays full. */
	lasts: boolean;
	/** What is done in place of failing. */
	instead?: () => void;
}

/** Calls that need room. */
const WRITES = ["open", "mkdir", "link", "rename", "write", "sync"];
/** Calls that any fault of the machine may end. */
const CALLS: Record<Fault["code"], readonly string[]> = {
	ENOSPC: WRITES,
	EDQUOT: WRITES,
	EMFILE: ["open", "openSync", "readdir"],
	EIO: [...WRITES, "read", "readSync", "readdir", "stat", "openSync"],
};

type AnyFunction = (...args: unknown[]) => unknown;
type Functions = Record<string, AnyFunction>;

/**
 * Calls of Node for files below a directory, of which one fails as the system makes it
 * fail: whatever of the code makes it meets that, and not only what goes through a storage.
 */
export class FailingFiles {
	/** Calls so far that the fault could have ended. */
	calls = 0;
	readonly #fault: Fault;
	readonly #below: string;
	readonly #restore: (() => void)[] = [];
	readonly #handles = new WeakSet<object>();

	private constructor(below: string, fault: Fault) {
		this.#below = below;
		this.#fault = fault;
	}

	/** Does something while calls fail; gives how many there were. */
	static async during(
		below: string,
		fault: Fault,
		action: () => Promise<unknown>,
	): Promise<{ calls: number; error: unknown }> {
		const files = new FailingFiles(below, fault);
		await files.#patch();
		let error: unknown = null;
		try {
			await action();
		} catch (thrown) {
			error = thrown;
		} finally {
			for (const restore of files.#restore) restore();
			syncBuiltinESMExports();
		}
		return { calls: files.calls, error };
	}

	async #patch(): Promise<void> {
		const handle = await promises.open("/dev/null");
		const ofHandle = Object.getPrototypeOf(handle) as Functions;
		await handle.close();
		const asked = promises as unknown as Functions;
		const now = fs as unknown as Functions;
		const isRead = (args: unknown[]) => String(args[1] ?? "r") === "r";
		for (const name of ["mkdir", "link", "rename", "readdir", "stat"])
			this.#replace(asked, name, (args) => this.#isBelow(args[0]));
		const { open } = asked;
		this.#put(asked, "open", async (...args) => {
			const isOurs = this.#isBelow(args[0]);
			// On a full disk what is there can be read.
			const isSpared = CALLS[this.#fault.code] === WRITES && isRead(args);
			if (isOurs && !isSpared) this.#call("open", args[0]);
			const opened = (await open(...args)) as FileHandle;
			if (isOurs) this.#handles.add(opened);
			return opened;
		});
		const mine = this.#handles;
		for (const name of ["write", "sync", "read"]) {
			const before = ofHandle[name];
			const files = this;
			this.#put(ofHandle, name, async function (this: object, ...args) {
				if (mine.has(this)) files.#call(name, "an open file");
				return before.apply(this, args);
			});
		}
		const descriptors = new Set<unknown>();
		const { openSync, readSync } = now;
		this.#put(now, "openSync", (...args) => {
			const isOurs = this.#isBelow(args[0]);
			if (isOurs) this.#call("openSync", args[0]);
			const opened = openSync(...args);
			if (isOurs) descriptors.add(opened);
			return opened;
		});
		this.#put(now, "readSync", (...args) => {
			if (descriptors.has(args[0])) this.#call("readSync", "an open file");
			return readSync(...args);
		});
		syncBuiltinESMExports();
	}

	#isBelow(path: unknown): boolean {
		return String(path).startsWith(this.#below);
	}

	#replace(
		of: Functions,
		name: string,
		isOurs: (args: unknown[]) => boolean,
	): void {
		const before = of[name];
		this.#put(of, name, async (...args) => {
			if (isOurs(args)) this.#call(name, args[0]);
			return before(...args);
		});
	}

	#put(of: Functions, name: string, by: AnyFunction): void {
		const before = of[name];
		of[name] = by;
		this.#restore.push(() => {
			of[name] = before;
		});
	}

	#call(name: string, path: unknown): void {
		const { code, at, lasts, instead } = this.#fault;
		if (!CALLS[code].includes(name)) return;
		const number = this.calls++;
		if (number !== at && !(lasts && number > at)) return;
		if (instead !== undefined) {
			instead();
			return;
		}
		const syscall = name.replace("Sync", "");
		throw Object.assign(new Error(`${code}: injected, ${syscall} '${path}'`), {
			...{ code, syscall, errno: -5 },
			...(name !== "write" && name !== "read" && { path }),
		});
	}
}
