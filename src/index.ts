export { type Batch, batchSchema } from "./batches/batch.js";
export { batchStreams } from "./batches/batch-streams.js";
export type { Imbalance } from "./batches/mean-imbalance.js";
export { type Batches, openBatches } from "./batches/open-batches.js";
export { type BuildResult, build } from "./build/build.js";
export type { BuildOptions, BuildProgress } from "./build/options.js";
export type { StageTimes } from "./build/task.js";
export { Int32Buffer } from "./core/buffers.js";
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
	listLengths,
	type TokenBatch,
	TokenBatchBuilder,
} from "./core/token-batch.js";
export {
	type BatchKind,
	type BatchKindName,
	batchKinds,
} from "./curriculum/batch-kinds.js";
export {
	type EpochShares,
	type EpochSharesInput,
	epochShares,
} from "./curriculum/epoch-shares.js";
export type { StageBucket } from "./curriculum/plan-stage.js";
export type { Schedule, ScheduleOptions } from "./curriculum/schedule.js";
export {
	type ScheduleName,
	scheduleOdds,
	schedules,
} from "./curriculum/schedules.js";
export type { Stage, StageOptions } from "./curriculum/stage-options.js";
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
	packedWindow,
} from "./dataset/rows.js";
export type { Settings } from "./dataset/settings.js";
export type { Totals } from "./dataset/totals.js";
export {
	type VerifyOptions,
	type VerifyResult,
	verify,
} from "./dataset/verify.js";
export { bucketLengths } from "./decompose/buckets.js";
export { remainders } from "./decompose/cut.js";
export type { DecomposeOptions } from "./decompose/decompose-options.js";
export { type Decomposer, decomposers } from "./decompose/decomposers.js";
export { longDocuments } from "./decompose/long-documents.js";
export type { Pieces } from "./decompose/pieces.js";
export { split } from "./decompose/split.js";
export {
	alwaysColumns,
	batchColumns,
	type Column as RowColumn,
	type ColumnName,
	columns,
	storedColumns,
} from "./masks/columns.js";
export {
	alignmentOf,
	type CuSeqlens,
	cuSeqlens,
	type PaddedCuSeqlens,
	paddedCuSeqlens,
} from "./masks/cu-seqlens.js";
export { denseMask } from "./masks/dense-mask.js";
export {
	labels,
	lossMask,
	shiftedLabels,
	shiftedLossMask,
	shiftLeft,
} from "./masks/labels.js";
export {
	type LossWeighting,
	lossWeightings,
	lossWeights,
	type StepRow,
} from "./masks/loss-weights.js";
export { type MaskKind, maskKinds } from "./masks/mask-kinds.js";
export type { TokenRow } from "./masks/row.js";
export {
	documentIds,
	positionIds,
	segmentIds,
	seqIdx,
} from "./masks/segments.js";
export { toAxolotl } from "./masks/views/axolotl.js";
export { toFlashAttention } from "./masks/views/flash-attention.js";
export { toFlattening } from "./masks/views/flattening.js";
export { toFlexAttention } from "./masks/views/flex-attention.js";
export { toLlamaFactory } from "./masks/views/llama-factory.js";
export { toMaxText } from "./masks/views/max-text.js";
export { toMegatron } from "./masks/views/megatron.js";
export { toMegatronBridge } from "./masks/views/megatron-bridge.js";
export { toNanotron } from "./masks/views/nanotron.js";
export { toOlmoCore } from "./masks/views/olmo-core.js";
export { toTorchtune } from "./masks/views/torchtune.js";
export { toTrl } from "./masks/views/trl.js";
export type { ViewOptions } from "./masks/views/view.js";
export { type View, views } from "./masks/views/views.js";
export type { BatchOptions, BatchState } from "./options/batches.js";
export type { CurriculumOptions } from "./options/curriculum.js";
export { patternBound } from "./pack/column-generation.js";
export {
	type CompareOptions,
	compareStrategies,
	type StrategyReport,
} from "./pack/compare.js";
export { type CostModel, imbalance, packCosts } from "./pack/cost.js";
export { type HistogramPlan, planHistogram } from "./pack/histogram-plan.js";
export { lowerBound, lowerBoundOfCounts } from "./pack/lower-bound.js";
export {
	type BalancedOptions,
	balancedOrder,
	randomnessKept,
} from "./pack/order.js";
export { type PackOptions, pack, packers } from "./pack/pack.js";
export {
	type PackDocumentsOptions,
	packDocuments,
	strategies,
} from "./pack/pack-documents.js";
export type { Packer, PackerOptions, Packing } from "./pack/packing.js";
export { StreamingPacker } from "./pack/streaming.js";
export type { CurriculumPlan, PlanStage } from "./plan/curriculum-plan.js";
export { planCurriculum } from "./plan/make-plan.js";
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
export {
	type TokenizerEngine,
	type TokenizerFiles,
	tokenizerFromJson,
} from "./tokenizer/from-json.js";
export { inspectTokenizer, type TokenizerReport } from "./tokenizer/inspect.js";
export type { SpecialToken, Tokenizer } from "./tokenizer/tokenizer.js";
export { version } from "./version.js";
