import type { createLogUpdate } from "log-update";
import type { Progress } from "../src/core/progress.js";
import {
	drawProgress,
	progressLine,
	type ShownProgress,
} from "./draw-progress.js";
import { Rate, TimeLeft } from "./rate.js";
import { isJson, isSaid, sayEvent, setLive } from "./say.js";
import { type Stream, type Terminal, terminalOf } from "./terminal.js";
import { widthOf } from "./width.js";

/** Milliseconds between two reports: drawn, in a log, as events. */
const EVERY = { live: 200, log: 5000, events: 1000 };

/** Milliseconds between two looks at how fast it goes. */
const SAMPLE_EVERY = 200;

/** What takes less than this is not drawn at all. */
const FIRST = 400;

/** Moves up a line, and leaves nothing there. */
const UP = "\x1b[2K\x1b[1A";

interface Output extends Stream {
	write(text: string): unknown;
	on?(event: "resize", listener: () => void): unknown;
	off?(event: "resize", listener: () => void): unknown;
}

export interface ProgressOptions {
	stream?: Output;
	terminal?: Terminal;
	/** Milliseconds since some moment. */
	now?: () => number;
	memory?: () => number;
}

type Render = ReturnType<typeof createLogUpdate>;

async function renderOn(stream: Output, terminal: Terminal): Promise<Render> {
	// Loaded where it is needed: with it, every command would take 8 % longer to start.
	const { createLogUpdate } = await import("log-update");
	// A terminal that does not say how high it is says 0, where nothing would be drawn.
	const sized = {
		isTTY: stream.isTTY,
		write: (text: string) => stream.write(text),
		get columns() {
			return terminal.columns;
		},
		get rows() {
			return terminal.rows;
		},
	};
	// A cursor that is not hidden need not be brought back, however the command ends.
	return createLogUpdate(sized as unknown as NodeJS.WriteStream, {
		showCursor: true,
	});
}

/**
 * Tells on stderr how far a command is: a block that is drawn anew on a terminal, a line
 * every few seconds elsewhere, and events with `--json`.
 */
export class ProgressDisplay {
	readonly #stream: Output;
	readonly #terminal: Terminal;
	readonly #now: () => number;
	readonly #memory: () => number;
	readonly #every: number;
	readonly #began: number;
	/** Null: nothing is drawn. */
	readonly #render: Render | null;
	readonly #tokens = new Rate();
	readonly #bytes = new Rate();
	readonly #left = new TimeLeft();
	/** What is on the terminal. */
	#lines: readonly string[] = [];
	#progress: Progress | null = null;
	#told: number;
	#sampled = Number.NEGATIVE_INFINITY;
	#toldStage: string | null = null;
	#timer: NodeJS.Timeout | null = null;

	private constructor(
		{
			stream = process.stderr,
			terminal = terminalOf(stream, { json: isJson() }),
			now = () => performance.now(),
			memory = () => process.memoryUsage.rss(),
		}: ProgressOptions,
		render: Render | null,
	) {
		this.#stream = stream;
		this.#terminal = terminal;
		this.#now = now;
		this.#memory = memory;
		this.#render = render;
		this.#every =
			render !== null ? EVERY.live : isJson() ? EVERY.events : EVERY.log;
		this.#began = now();
		// The first of a log comes when it is due, and that of a terminal soon.
		this.#told = this.#began - (render !== null ? EVERY.live - FIRST : 0);
	}

	/** Begins to tell of what `update` is told, also while it is told nothing. */
	static async open(options: ProgressOptions = {}): Promise<ProgressDisplay> {
		const { stream = process.stderr } = options;
		const { terminal = terminalOf(stream, { json: isJson() }) } = options;
		const isDrawn = terminal.isLive && isSaid("info");
		const display = new ProgressDisplay(
			{ ...options, stream, terminal },
			isDrawn ? await renderOn(stream, terminal) : null,
		);
		if (isSaid("info")) display.#start();
		return display;
	}

	#start(): void {
		if (this.#render !== null) {
			setLive((text) => this.#above(text));
			this.#stream.on?.("resize", this.#onResize);
			process.on("SIGCONT", this.#onContinue);
		}
		this.#timer = setInterval(() => this.#tellIfDue(), this.#every).unref();
	}

	update(progress: Progress): void {
		this.#progress = progress;
		this.#tellIfDue();
	}

	/** Takes away what is drawn, until the next update. */
	clear(): void {
		if (this.#lines.length > 0) this.#render?.clear();
		this.#lines = [];
	}

	/** Takes away what is drawn, and tells nothing more. */
	stop(): void {
		this.clear();
		if (this.#timer !== null) clearInterval(this.#timer);
		this.#timer = null;
		this.#progress = null;
		setLive(null);
		this.#stream.off?.("resize", this.#onResize);
		process.off("SIGCONT", this.#onContinue);
	}

	#tellIfDue(): void {
		const progress = this.#progress;
		if (progress === null || this.#timer === null) return;
		const now = this.#now();
		const isNew = isJson() && progress.stage !== this.#toldStage;
		const isDue = isNew || now - this.#told >= this.#every;
		if (!isDue && now - this.#sampled < SAMPLE_EVERY) return;
		const shown = this.#sample(progress, now);
		if (!isDue) return;
		this.#told = now;
		this.#toldStage = progress.stage;
		if (isJson()) sayEvent("progress", eventOf(shown));
		else if (this.#render !== null)
			this.#draw(drawProgress(shown, this.#terminal));
		else this.#stream.write(`${progressLine(shown)}\n`);
	}

	#sample(progress: Progress, now: number): ShownProgress {
		const { totalBytes, tokens, done, total } = progress;
		// Where a task ends, what belongs to the next one may have been read already.
		const bytes = Math.min(progress.bytes, totalBytes ?? Infinity);
		const time = now / 1000;
		this.#sampled = now;
		this.#bytes.add(time, bytes);
		this.#tokens.add(time, tokens);
		const secondsLeft =
			totalBytes !== null && totalBytes > 0
				? this.#left.at(time, bytes, totalBytes)
				: total !== null
					? this.#left.at(time, done, total)
					: null;
		return {
			...progress,
			bytes,
			seconds: (now - this.#began) / 1000,
			bytesPerSecond: this.#bytes.at(time),
			tokensPerSecond: this.#tokens.at(time),
			secondsLeft,
			memory: this.#memory(),
		};
	}

	#draw(lines: readonly string[]): void {
		this.#render?.(lines.join("\n"));
		this.#lines = lines;
	}

	/** Writes lines above the block. */
	#above(text: string): void {
		const lines = this.#lines;
		this.clear();
		this.#stream.write(text);
		if (lines.length > 0) this.#draw(lines);
	}

	readonly #onResize = (): void => {
		if (this.#lines.length === 0) return;
		// A terminal that has become narrower has wrapped what was there.
		const { columns } = this.#terminal;
		const wrapped = this.#lines.reduce(
			(sum, line) => sum + Math.max(0, Math.ceil(widthOf(line) / columns) - 1),
			0,
		);
		if (wrapped > 0) this.#stream.write(UP.repeat(wrapped));
		this.clear();
		this.#told = Number.NEGATIVE_INFINITY;
		this.#tellIfDue();
	};

	/** After Ctrl-Z others have written below the block. */
	readonly #onContinue = (): void => {
		this.#render?.done();
		this.#lines = [];
	};
}

/** What events say; fields only grow within a version. */
function eventOf({ atWork: _, ...shown }: ShownProgress): object {
	const { seconds, bytesPerSecond, tokensPerSecond, secondsLeft } = shown;
	const whole = (number: number | null) => number && Math.round(number);
	return {
		...shown,
		seconds: Number(seconds.toFixed(3)),
		bytes: Math.round(shown.bytes),
		bytesPerSecond: whole(bytesPerSecond),
		tokensPerSecond: whole(tokensPerSecond),
		secondsLeft: whole(secondsLeft),
	};
}
