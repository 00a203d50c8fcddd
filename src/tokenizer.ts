/**
 * Text to token ids and back, from the texts of a tokenizer's files. Needs nothing from Node.
 * @module seqpack/tokenizer
 */
export { Int32Buffer } from "./core/buffers.js";
export { DataError, SeqpackError, UsageError } from "./core/errors.js";
export {
	listLengths,
	type TokenBatch,
	TokenBatchBuilder,
} from "./core/token-batch.js";
export { ByteTokenizer } from "./tokenizer/byte-tokenizer.js";
export { type FileOptions, tokenizerFromFile } from "./tokenizer/from-file.js";
export {
	type TokenizerEngine,
	type TokenizerFiles,
	type TokenizerName,
	tokenizerFromJson,
} from "./tokenizer/from-json.js";
export { inspectTokenizer, type TokenizerReport } from "./tokenizer/inspect.js";
export { createKmerTokenizer } from "./tokenizer/kmer.js";
export type { KmerRest, KmerTokenizer } from "./tokenizer/kmer-tokenizer.js";
export { tokenizerByName } from "./tokenizer/named-tokenizers.js";
export type { SpecialToken, Tokenizer } from "./tokenizer/tokenizer.js";
