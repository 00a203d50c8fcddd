/**
 * `seqpack/decompose`: documents cut into sequences, on lengths alone. Needs nothing
 * from Node.
 */
export { DataError, SeqpackError, UsageError } from "./core/errors.js";
export { createRandom, type Random } from "./core/random.js";
export { bucketLengths } from "./decompose/buckets.js";
export { remainders } from "./decompose/cut.js";
export type { DecomposeOptions } from "./decompose/decompose-options.js";
export { type Decomposer, decomposers } from "./decompose/decomposers.js";
export { longDocuments } from "./decompose/long-documents.js";
export type { Pieces } from "./decompose/pieces.js";
export { split } from "./decompose/split.js";
