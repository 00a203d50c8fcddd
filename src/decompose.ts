/**
 * Documents cut into sequences, on lengths alone. Needs nothing from Node.
 * @module seqpack/decompose
 */
export { DataError, SeqpackError, UsageError } from "./core/errors.js";
export { createRandom, type Random } from "./core/random.js";
export { LongDocumentError } from "./decompose/at-most-one.js";
export type { CutName, CutOptions } from "./decompose/cuts.js";
export {
	type Bucket,
	bucketsOf,
	type DecomposeOptions,
	decomposeDocuments,
	type Sequences,
} from "./decompose/decompose-documents.js";
export type { Decomposer } from "./decompose/decomposer.js";
export { decomposers } from "./decompose/decomposers.js";
export type { DroppedTokens } from "./decompose/dropped.js";
export { longDocuments } from "./decompose/long-documents.js";
export type { Pieces } from "./decompose/pieces.js";
export { remainders } from "./decompose/remainders.js";
