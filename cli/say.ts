import { escapeControls } from "../src/core/text.js";

/** Lines with their control characters escaped. */
export function escaped(lines: string): string {
	return lines.split("\n").map(escapeControls).join("\n");
}

/** Writes lines to stderr, with their control characters escaped. */
export function say(lines: string): void {
	process.stderr.write(escaped(lines));
}
