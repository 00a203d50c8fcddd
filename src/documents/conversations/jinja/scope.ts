import type { Value } from "./values.js";

/** What is written, and which of it belongs to what. */
export class Output {
	text = "";
	/** Whether what is written comes out where it is written, and no macro or block takes it. */
	readonly isDirect: boolean;
	/** The messages of the conversation, by their objects. */
	readonly messages: ReadonlyMap<Value, number>;
	/** Triples of a message, and the beginning and end of what a loop over messages wrote for it. */
	readonly regions: number[] = [];
	/** Pairs of the beginning and end of what stands between `{% generation %}` and its end. */
	readonly generated: number[] = [];
	/** Within how many loops over messages writing is. */
	depth = 0;

	constructor(isDirect: boolean, messages: ReadonlyMap<Value, number>) {
		this.isDirect = isDirect;
		this.messages = messages;
	}
}

export const noMessages: ReadonlyMap<Value, number> = new Map();

export class Scope {
	readonly #values = new Map<string, Value>();
	readonly #outer: Scope | null;

	constructor(outer: Scope | null) {
		this.#outer = outer;
	}

	get(name: string): Value | undefined {
		let scope: Scope | null = this;
		while (scope !== null) {
			const value = scope.#values.get(name);
			if (value !== undefined) return value;
			scope = scope.#outer;
		}
		return undefined;
	}

	set(name: string, value: Value): void {
		this.#values.set(name, value);
	}
}

/** How a statement ended. */
export const DONE = 0;
export const BREAK = 1;
export const CONTINUE = 2;
export type Run = (scope: Scope, out: Output) => number;
export type Evaluate = (scope: Scope) => Value;

// biome-ignore lint/suspicious/noExplicitAny: the library exports no types of its syntax trees
export type Node = any;
