import { instancesOf } from "../../core/web-assembly.js";
import { kernelBytes } from "./kernel-bytes.js";

/** What kernel/index.ts exports; addresses are bytes in `memory`. */
interface Kernel {
	readonly memory: WebAssembly.Memory;
	heapStart(): number;
	setFields(top: number, text: number): void;
	setRows(at: number, count: number, bytes: number): void;
	placeLines(start: number, end: number): void;
	beginTexts(): void;
	scan(start: number, end: number): number;
	rowCount(): number;
	stopLine(): number;
	linesScanned(): number;
	failurePlace(): number;
	textLength(): number;
	escapeText(at: number, end: number, to: number): number;
	countCharacters(at: number, end: number): number;
}

/** A kernel with a memory of its own. */
export const instantiate = instancesOf<Kernel>(kernelBytes, "the JSON scanner");
