// Where things are: the wanted fields, the rows that are written, the lines, and then
// the stack of brackets to the end of memory.

/** The wanted fields: see ./fields. The topmost, and the one whose text is wanted. */
export let topField: usize = 0;
export let textField: usize = 0;

/** Rows of u32, one for each record: see `Scan` in ../scanner.ts. */
export let rows: usize = 0;
export let rowBytes: usize = 0;
export let maxRows: u32 = 0;

/** The lines. In rows, places in them are counted from here. */
export let linesAt: usize = 0;

/** A bit for each bracket that is open. */
export let stack: usize = 0;

/** The first address that is free. */
export function heapStart(): usize {
	return __heap_base;
}

/** @param text 0: no text is wanted. */
export function setFields(top: usize, text: usize): void {
	topField = top;
	textField = text;
}

export function setRows(at: usize, count: u32, bytes: usize): void {
	rows = at;
	maxRows = count;
	rowBytes = bytes;
}

/** Makes room for lines, for what is read beyond them, and for the stack. */
export function placeLines(start: usize, end: usize): void {
	linesAt = start;
	stack = (end + 64) & ~15;
	ensureMemory(stack + 16);
}

/** Makes memory reach an address. */
export function ensureMemory(end: usize): void {
	const pages = <i32>((end + 0xffff) >>> 16) - memory.size();
	if (pages > 0 && memory.grow(pages) < 0) unreachable();
}
