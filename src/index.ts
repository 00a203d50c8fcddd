export { type BuildResult, build } from "./build/build.js";
export type { BuildOptions, BuildProgress } from "./build/options.js";
export type { StageTimes } from "./build/task.js";
export {
	DataError,
	EnvironmentError,
	InterruptedError,
	SeqpackError,
	UsageError,
} from "./core/errors.js";
export { createRandom, permutation, type Random } from "./core/random.js";
export {
	Int32Buffer,
	listLengths,
	type TokenBatch,
	TokenBatchBuilder,
} from "./core/token-batch.js";
export type { Manifest, Settings, Totals } from "./dataset/manifest.js";
export {
	type VerifyOptions,
	type VerifyResult,
	verify,
} from "./dataset/verify.js";
export type { Pieces } from "./decompose/pieces.js";
export { split } from "./decompose/split.js";
export { lowerBound } from "./pack/lower-bound.js";
export { type PackOptions, pack, packers } from "./pack/pack.js";
export type { Packer, Packing } from "./pack/packing.js";
export type { Column, ColumnBatch, Schema } from "./shards/columns.js";
export {
	createShard,
	type Shard,
	type ShardOptions,
} from "./shards/create-shard.js";
export type { ShardFormat } from "./shards/format.js";
export { shardFormats } from "./shards/formats.js";
export {
	documentId,
	type PackedWindow,
	packedRows,
	packedSchema,
} from "./shards/packed-rows.js";
export {
	type ReadDocumentsOptions,
	readDocuments,
} from "./sources/read-documents.js";
export type { BadRecord, DocumentBatch, InputFile } from "./sources/source.js";
export { loadTokenizer } from "./storage/load-tokenizer.js";
export {
	type TokenizerEngine,
	type TokenizerFiles,
	tokenizerFromJson,
} from "./tokenizer/from-json.js";
export { inspectTokenizer, type TokenizerReport } from "./tokenizer/inspect.js";
export type { SpecialToken, Tokenizer } from "./tokenizer/tokenizer.js";
export { version } from "./version.js";
