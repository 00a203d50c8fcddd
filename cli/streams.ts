import { explainSystemError } from "../src/storage/system-errors.js";
import { failWith } from "./fail.js";

/** Whether nothing more can be written to stdout. */
let isAtEnd = false;

/**
 * Keeps what becomes of the streams from ending the command. A reader that goes
 * away, of stdout or of stderr, changes no exit code. Output that is lost, as on a
 * full disk, does: a sentence says so, and what would have ended with 0 does not.
 */
export function watchStreams(): void {
	// There is nobody to tell.
	process.stderr.on("error", () => {});
	process.stdout.on("error", endOutput);
}

function endOutput(error: NodeJS.ErrnoException): void {
	if (isAtEnd) return;
	isAtEnd = true;
	if (error.code === "EPIPE") return;
	const exitCode = failWith(explainSystemError(error, "write", "stdout"));
	process.on("exit", (other) => {
		process.exitCode = other === 0 ? exitCode : other;
	});
}

/**
 * Writes to stdout, and waits while its reader is slower.
 * @returns whether it is worth writing more
 */
export async function writeOut(part: Uint8Array | string): Promise<boolean> {
	if (!isAtEnd)
		await new Promise<void>((resolve) => {
			process.stdout.write(part, (error) => {
				if (error) endOutput(error);
				resolve();
			});
		});
	return !isAtEnd;
}
