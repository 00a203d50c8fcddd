// JSON Lines, in AssemblyScript: TypeScript's syntax, compiled to WebAssembly by
// build.mjs. The grammar is that of JSON.parse, with NaN, Infinity and -Infinity as
// values. Addresses are bytes in one linear memory, which ../scanner.ts lays out.

export { countCharacters, escapeText } from "./escape";
export { failurePlace } from "./failure";
export { linesScanned, rowCount, scan, stopLine } from "./lines";
export { heapStart, placeLines, setFields, setRows } from "./memory";
export { beginTexts, textLength } from "./text";
