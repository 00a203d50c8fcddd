// The inner loops of tokenizing, in AssemblyScript: TypeScript's syntax, compiled
// to WebAssembly by build.mjs. Everything lies in one linear memory, as ../layout.ts says;
// addresses are bytes in it.

export { configure } from "./configure";
export { encode, encodeSpans, specialsMet } from "./encode";
export { hasFlagged } from "./flagged";
export { placeBuffers } from "./memory";
export { outputEnd } from "./output";
export { prepareUtf16, toUtf8 } from "./utf16";
