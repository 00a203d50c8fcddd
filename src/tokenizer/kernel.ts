import { instancesOf } from "../core/web-assembly.js";
import { kernelBytes } from "./kernel-bytes.js";

/** What kernel/index.ts exports; addresses are bytes in `memory`. */
export interface Kernel {
	readonly memory: WebAssembly.Memory;
	configure(imageAt: number): void;
	placeBuffers(scratchAt: number): void;
	encode(start: number, end: number, output: number, how: number): number;
	encodeSpans(text: number, spans: number, count: number, output: number): void;
	outputEnd(): number;
	specialsMet(): number;
	prepareUtf16(): void;
	toUtf8(units: number, end: number, target: number): number;
	hasFlagged(first: number, start: number, end: number): number;
}

/** A new instance, with a memory of its own. */
export const instantiateKernel = instancesOf<Kernel>(
	kernelBytes,
	"the tokenizer's kernel",
);
