import { isTold, type LogLevel } from "../src/core/notices.js";
import { redacted } from "../src/core/secrets.js";
import { escapeControls } from "../src/core/text.js";

/** How much is said: `--log-level`. */
let asked: LogLevel = "info";

export function setLogLevel(level: LogLevel): void {
	asked = level;
}

/** Whether what has a level is said. */
export const isSaid = (level: LogLevel) => isTold(level, asked);

export const logLevel = () => asked;

/** Lines with their control characters escaped. */
export function escaped(lines: string): string {
	return lines.split("\n").map(escapeControls).join("\n");
}

/** Writes lines to stderr, without credentials, and with their control characters escaped. */
export function say(lines: string, level: LogLevel = "info"): void {
	if (isSaid(level)) process.stderr.write(escaped(redacted(lines)));
}

/** Says a sentence in a line of its own; where debugging is asked for, with its time and level. */
export function saySentence(sentence: string, level: LogLevel): void {
	const head = asked === "debug" ? `${new Date().toISOString()} ${level} ` : "";
	say(`${head}seqpack: ${sentence}\n`, level);
}
