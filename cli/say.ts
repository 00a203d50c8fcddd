import { isTold, type LogLevel } from "../src/core/notices.js";
import { redacted, redactedJson } from "../src/core/secrets.js";
import { escapeControls } from "../src/core/text.js";

/** How much is said: `--log-level`. */
let asked: LogLevel = "info";
/** Whether a program reads what is said: `--json`. */
let json = false;
/** Writes above what is drawn on the terminal; null: nothing is. */
let live: ((text: string) => void) | null = null;

export function setLogLevel(level: LogLevel): void {
	asked = level;
}

export function setJson(isAsked: boolean): void {
	json = isAsked;
}

export function setLive(write: typeof live): void {
	live = write;
}

/** Whether what has a level is said. */
export const isSaid = (level: LogLevel) => isTold(level, asked);

export const logLevel = () => asked;

export const isJson = () => json;

/** Lines with their control characters escaped. */
export function escaped(lines: string): string {
	return lines.split("\n").map(escapeControls).join("\n");
}

/** Writes lines to stderr, without credentials, and with their control characters escaped. */
export function say(lines: string, level: LogLevel = "info"): void {
	if (isSaid(level)) write(escaped(redacted(lines)));
}

function write(text: string): void {
	if (live === null) process.stderr.write(text);
	else live(text);
}

/**
 * Says a sentence in a line of its own; where debugging is asked for, with its time and level. To a
 * program it is an event, but for errors.
 */
export function saySentence(sentence: string, level: LogLevel): void {
	if (json && level !== "error") {
		if (isSaid(level)) sayEvent("notice", { level, message: sentence });
		return;
	}
	const head = asked === "debug" ? `${new Date().toISOString()} ${level} ` : "";
	say(`${head}seqpack: ${sentence}\n`, level);
}

/** Raised when what events say changes in a way that programs have to know. */
const EVENT_VERSION = 1;

/** Writes an event to stderr, as a line of JSON. */
export function sayEvent(event: "progress" | "notice", facts: object): void {
	const line = redactedJson({ version: EVENT_VERSION, event, ...facts });
	write(`${escaped(line)}\n`);
}
