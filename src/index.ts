export { type Batch, batchSchema } from "./batches/batch.js";
export type { CurriculumOptions } from "./batches/curriculum-options.js";
export { planCurriculum } from "./batches/make-plan.js";
export {
	type Batches,
	type BatchOptions,
	type BatchState,
	openBatches,
} from "./batches/open-batches.js";
export type { BatchKind, CurriculumPlan, PlanStage } from "./batches/plan.js";
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
export { shuffledIndex } from "./core/shuffled-index.js";
export {
	Int32Buffer,
	listLengths,
	type TokenBatch,
	TokenBatchBuilder,
} from "./core/token-batch.js";
export * from "./curriculum.js";
export {
	createShard,
	type Shard,
	type ShardOptions,
} from "./dataset/create-shard.js";
export type { Manifest } from "./dataset/manifest.js";
export {
	documentId,
	type PackedWindow,
	packedRows,
	packedSchema,
} from "./dataset/rows.js";
export type { Settings } from "./dataset/settings.js";
export type { Totals } from "./dataset/totals.js";
export {
	type VerifyOptions,
	type VerifyResult,
	verify,
} from "./dataset/verify.js";
export * from "./decompose.js";
export * from "./masks.js";
export * from "./pack.js";
export {
	type DocumentLengthsOptions,
	documentLengths,
} from "./report/document-lengths.js";
export {
	type ReadDocumentsOptions,
	readDocuments,
} from "./sources/read-documents.js";
export type { BadRecord, DocumentBatch, InputFile } from "./sources/source.js";
export { loadTokenizer } from "./storage/load-tokenizer.js";
export type { Column, ColumnBatch, Schema } from "./tables/columns.js";
export type { TableFormat } from "./tables/table.js";
export { tableFormats } from "./tables/tables.js";
export * from "./tokenizer.js";
export { version } from "./version.js";
