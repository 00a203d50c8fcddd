import type { JobName, Jobs } from "./jobs.js";

/** What a job gives, or why it cannot. */
export type Answer<T> =
	| { value: T; fault: null }
	| { value: null; fault: string };

/** Milliseconds after which a job is given up when another is asked for. */
const PATIENCE = 200;

/** Runs a job on a thread of its own: the last that was asked for, and no others behind it. */
export class Background<Name extends JobName> {
	readonly #name: Name;
	readonly #ready: () => void;
	#worker: Worker | null = null;
	#asked: Parameters<Jobs[Name]> | null = null;
	#answer: Answer<ReturnType<Jobs[Name]>> | null = null;
	/** What the thread is at work on, and since when. */
	#running: { given: Parameters<Jobs[Name]>; since: number } | null = null;

	/** @param ready Called when there is an answer. */
	constructor(name: Name, ready: () => void) {
		this.#name = name;
		this.#ready = ready;
	}

	/** The answer, or null until there is one. */
	ask(...given: Parameters<Jobs[Name]>): Answer<ReturnType<Jobs[Name]>> | null {
		if (this.#asked?.every((value, i) => Object.is(value, given[i])))
			return this.#answer;
		this.#asked = given;
		this.#answer = null;
		if (this.#running === null) this.#run(given);
		else
			setTimeout(
				() => this.#giveUp(),
				Math.max(0, this.#running.since + PATIENCE - performance.now()),
			);
		return null;
	}

	#run(given: Parameters<Jobs[Name]>): void {
		this.#worker ??= this.#start();
		this.#running = { given, since: performance.now() };
		this.#worker.postMessage({ name: this.#name, given });
	}

	/** Ends a job that nobody waits for any more, and begins the one that is asked for. */
	#giveUp(): void {
		const { given, since } = this.#running ?? {};
		if (since === undefined || given === this.#asked) return;
		if (performance.now() - since < PATIENCE) return;
		this.#worker?.terminate();
		this.#worker = null;
		if (this.#asked !== null) this.#run(this.#asked);
	}

	#start(): Worker {
		const worker = new Worker(new URL("worker.js", import.meta.url), {
			type: "module",
		});
		worker.onmessage = ({ data }) => {
			const isLast = this.#running?.given === this.#asked;
			this.#running = null;
			if (isLast) {
				this.#answer = data;
				this.#ready();
			} else if (this.#asked !== null) this.#run(this.#asked);
		};
		return worker;
	}
}
