import { escapeControls } from "../src/core/text.js";

/** Writes lines to stderr, with their control characters escaped. */
export function say(lines: string): void {
	process.stderr.write(lines.split("\n").map(escapeControls).join("\n"));
}
