import { randomBytes } from "node:crypto";
import { UsageError } from "../core/errors.js";
import { sha256OfFile } from "./hash.js";
import { type Storage, transfer } from "./storage.js";
import { explainSystemError } from "./system-errors.js";

/** What stands for standard input where an input is named. */
export const STANDARD_INPUT = "-";

/** A stream as a file, so that it can be read more than once. */
export interface Spooled {
	path: string;
	/** Whether a file of the same bytes was there before. */
	wasThere: boolean;
}

/**
 * Writes standard input to a file in a directory, which is named by the SHA-256 of the
 * bytes: the same bytes again are the same file.
 * @throws UsageError `no-input` where a terminal is all there is to read
 */
export async function spoolStandardInput(
	storage: Storage,
	directory: string,
): Promise<Spooled> {
	if (process.stdin.isTTY)
		throw new UsageError(
			"no-input",
			`${STANDARD_INPUT} stands for standard input, which is a terminal: pipe the input into it, or name a file.`,
		);
	return spool(process.stdin, storage, directory);
}

export async function spool(
	stream: AsyncIterable<Uint8Array>,
	storage: Storage,
	directory: string,
): Promise<Spooled> {
	const incoming = `${directory}/incoming-${randomBytes(8).toString("hex")}`;
	const file = await storage.create(incoming);
	try {
		for await (const bytes of stream) await file.write(bytes);
	} catch (error) {
		await file.abort();
		throw explainSystemError(error, "read", "standard input");
	}
	const { sha256 } = await file.commit();
	const path = `${directory}/${sha256}`;
	const wasThere = (await storage.stat(path)) !== null;
	// One that is as it was is not touched: what was read of it is not read again.
	if (wasThere && (await sha256OfFile(storage, path)).sha256 === sha256)
		await storage.remove(incoming);
	else await transfer(storage, incoming, path);
	return { path, wasThere };
}
