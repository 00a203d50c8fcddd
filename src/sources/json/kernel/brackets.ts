// The brackets that are open, however many: a bit each, set for a brace.

import { ensureMemory, stack } from "./memory";

/** Open brackets. */
export let depth: usize = 0;
/** Whether the innermost is a brace. */
export let inObject: bool = false;

export function closeAll(): void {
	depth = 0;
	inObject = false;
}

export function open(isObject: bool): void {
	depth++;
	inObject = isObject;
	const at = stack + (depth >>> 3);
	const bit = <u32>(depth & 7);
	// From time to time: memory may end 16 bytes on.
	if ((depth & 127) === 0) ensureMemory(at + 16);
	const others: u32 = load<u8>(at) & ~(1 << bit);
	store<u8>(at, others | ((<u32>isObject) << bit));
}

export function close(): void {
	depth--;
	const bits: u32 = load<u8>(stack + (depth >>> 3));
	inObject = depth > 0 && ((bits >>> (<u32>depth & 7)) & 1) !== 0;
}
