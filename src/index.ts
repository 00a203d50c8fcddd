/**
 * The Node entry: everything. What needs nothing from Node has entries of its own:
 * seqpack/pack, /parallel, /decompose, /segment, /masks, /curriculum and /tokenizer.
 * @module seqpack
 */
export { type AuditResult, audit } from "./audit/audit.js";
export type { Finding } from "./audit/check.js";
export type { AuditOptions } from "./audit/options.js";
export { type Batch, batchSchema } from "./batches/batch.js";
export { type Batches, openBatches } from "./batches/open-batches.js";
export { type Group, groupsOf } from "./build/groups.js";
export type { Plan, PlanInput } from "./build/plan.js";
export type { StageTimes } from "./build/stopwatch.js";
export type { Task } from "./build/tasks-of-plan.js";
export { type ComposeResult, composeFiles } from "./compose/compose-files.js";
export { readRecipe } from "./compose/read-recipe.js";
export {
	EnvironmentError,
	InterruptedError,
	SeqpackError,
} from "./core/errors.js";
export { permutation } from "./core/random.js";
export * from "./curriculum.js";
export {
	createShard,
	type Shard,
	type ShardOptions,
} from "./dataset/create-shard.js";
export type { DatasetFormat } from "./dataset/format.js";
export { datasetFormats } from "./dataset/formats.js";
export type {
	DatasetFile,
	Manifest,
	ManifestIndex,
	ManifestShard,
} from "./dataset/manifest.js";
export {
	type Dataset,
	type DatasetRow,
	openDataset,
} from "./dataset/open-dataset.js";
export {
	documentId,
	type PackedWindow,
	packedRows,
	packedSchema,
	packedWindow,
} from "./dataset/rows.js";
export type { BucketSettings, Settings } from "./dataset/settings.js";
export type { RowSummary, Summary } from "./dataset/summary.js";
export type { Totals } from "./dataset/totals.js";
export type { VerifyOptions, VerifyResult } from "./dataset/verify/result.js";
export * from "./decompose.js";
export {
	type DocumentBatch,
	type ReadDocumentsOptions,
	readDocuments,
} from "./documents/read-documents.js";
export { type ReadTokensOptions, readTokens } from "./documents/read-tokens.js";
export type { TokenizedBatch } from "./documents/tokenize-documents.js";
export {
	type BuildResult,
	build,
	type FinalizeOptions,
	finalizeBuild,
	openBuild,
	type PlannedBuild,
	planBuild,
	runTasks,
} from "./engines/build.js";
export { exportRows, packStore } from "./engines/pack-store.js";
export type { RunOptions } from "./engines/run.js";
export {
	type RanGroups,
	type RunGroupsOptions,
	runGroups,
} from "./engines/run-groups.js";
export {
	type BuildStatus,
	buildStatus,
	type StatusOptions,
} from "./engines/status.js";
export {
	type ExecutorOptions,
	type SubmitResult,
	submitBuild,
} from "./engines/submit.js";
export {
	type ConvertResult,
	convertDataset,
} from "./export/convert-dataset.js";
export { type ExportResult, exportDataset } from "./export/export-dataset.js";
export type { ExportCounts } from "./export/fit-rows.js";
export * from "./masks.js";
export type { BatchOptions, BatchState } from "./options/batches.js";
export type { BuildOptions } from "./options/build.js";
export { readBuildConfig } from "./options/build-config.js";
export type { ComposeOptions } from "./options/compose.js";
export type { ConvertOptions } from "./options/convert.js";
export type { CurriculumOptions } from "./options/curriculum.js";
export type { DiffOptions } from "./options/diff.js";
export type { ExportToOptions } from "./options/export.js";
export type { FiguresOptions } from "./options/figures.js";
export type { PackRecordsOptions } from "./options/pack-records.js";
export type { ExportOptions, PackStoreOptions } from "./options/pack-store.js";
export type { ReportOptions } from "./options/report.js";
export type { SourceOptions } from "./options/sources.js";
export type { TraceOptions } from "./options/trace.js";
export * from "./pack.js";
export * from "./parallel.js";
export type { CurriculumPlan, PlanStage } from "./plan/curriculum-plan.js";
export { planCurriculum } from "./plan/make-plan.js";
export {
	type ComposedRecords,
	type ComposeSettings,
	composeRecords,
} from "./recipes/compose-records.js";
export type { ComposedPart, ComposedRecord } from "./recipes/composed.js";
export type { RecipeRecord } from "./recipes/draft.js";
export { parseRecipe, type Recipe } from "./recipes/recipe.js";
export {
	type PackRecordsResult,
	packRecords,
} from "./records/pack-records.js";
export type {
	RecordsManifest,
	RecordsShard,
} from "./records/records-manifest.js";
export type { RecordsSummary } from "./records/summary.js";
export type { BuildCounts } from "./report/build-counts.js";
export { diff } from "./report/diff/diff.js";
export type { DiffResult } from "./report/diff/result.js";
export {
	type DocumentLengthsOptions,
	documentLengths,
} from "./report/document-lengths.js";
export type { DocumentQuantiles } from "./report/document-quantiles.js";
export {
	type BuildEstimate,
	type EstimateOptions,
	estimateBuild,
} from "./report/estimate-build.js";
export type { Estimate } from "./report/estimates.js";
export type { Figures } from "./report/figures/figures.js";
export { readFigures } from "./report/figures/read-figures.js";
export { type PageOptions, reportHtml } from "./report/page/page.js";
export type { Characters } from "./report/trace/text-places.js";
export {
	type RowTrace,
	type TracedPart,
	type TracedSegment,
	type TracedToken,
	traceRow,
} from "./report/trace/trace-row.js";
export { verify } from "./report/verify/verify.js";
export { type ReportResult, writeReport } from "./report/write-report.js";
export * from "./segment.js";
export type { SkippedRecord } from "./sources/read-records.js";
export type { BadRecord, InputFile } from "./sources/source.js";
export { loadTokenizer } from "./storage/load-tokenizer.js";
export { countWords } from "./strata/count-words.js";
export { parseStrata, type Stratum } from "./strata/parse-strata.js";
export {
	type Stratified,
	stratify,
	stratumOf,
} from "./strata/stratify.js";
export type { Column, ColumnBatch, Schema } from "./tables/columns.js";
export type { TableFormat } from "./tables/table.js";
export { tableFormats } from "./tables/tables.js";
export * from "./tokenizer.js";
export { version } from "./version.js";
