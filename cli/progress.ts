import type { LogLevel } from "../src/core/notices.js";
import type { BuildProgress } from "../src/options/build.js";
import { bytesText, durationText, grouped } from "./numbers.js";
import { isSaid, saySentence } from "./say.js";

/** How often the line is drawn anew, and how often one is logged where there is no terminal. */
const DRAW_EVERY = 200;
const LOG_EVERY = 10_000;

/**
 * Tells on stderr how far a build is: one line that is drawn anew on a
 * terminal, a line every ten seconds elsewhere.
 */
export class ProgressLine {
	readonly #terminal = process.stderr.isTTY === true;
	readonly #began = performance.now();
	#firstBytes: number | null = null;
	#last = 0;
	#drawn = false;

	update(progress: BuildProgress): void {
		this.#firstBytes ??= progress.bytes;
		this.draw((seconds) => this.#text(progress, seconds));
	}

	/** @param text Makes the line, from the seconds since the beginning. */
	draw(text: (seconds: number) => string): void {
		if (!isSaid("info")) return;
		const now = performance.now();
		if (this.#last === 0 && !this.#terminal) this.#last = now;
		if (now - this.#last < (this.#terminal ? DRAW_EVERY : LOG_EVERY)) return;
		this.#last = now;
		const line = text((now - this.#began) / 1000);
		if (this.#terminal) {
			const columns = process.stderr.columns || 80;
			process.stderr.write(`\r\x1b[K${line.slice(0, columns - 1)}`);
			this.#drawn = true;
		} else process.stderr.write(`${line}\n`);
	}

	/** Prints a sentence without spoiling the line. */
	say(sentence: string, level: LogLevel): void {
		if (!isSaid(level)) return;
		this.clear();
		saySentence(sentence, level);
	}

	clear(): void {
		if (this.#drawn) process.stderr.write("\r\x1b[K");
		this.#drawn = false;
	}

	#text(progress: BuildProgress, seconds: number): string {
		const { bytes, totalBytes, tasks, totalTasks } = progress;
		const rate = (bytes - (this.#firstBytes ?? 0)) / seconds;
		const left = rate > 0 ? (totalBytes - bytes) / rate : null;
		const done = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 1;
		return [
			`${(100 * done).toFixed(0).padStart(3)} %`,
			`${bytesText(bytes)} of ${bytesText(totalBytes)}`,
			`${bytesText(rate)}/s`,
			`${grouped(progress.tokens)} tokens`,
			`task ${tasks} of ${totalTasks}`,
			...(left === null || left <= 0 ? [] : [`${durationText(left)} left`]),
		].join(" · ");
	}
}
