/**
 * Which sequences share a row, what no packing beats, and the order of rows. Needs nothing
 * from Node.
 * @module seqpack/pack
 */
export { DataError, SeqpackError, UsageError } from "./core/errors.js";
export { createRandom, type Random } from "./core/random.js";
export { patternBound } from "./pack/column-generation.js";
export {
	type CompareOptions,
	comparePackers,
	type PackerReport,
} from "./pack/compare.js";
export { type CostModel, packCosts } from "./pack/cost.js";
export { type HistogramPlan, planHistogram } from "./pack/histogram-plan.js";
export { imbalance, rankImbalance, stepImbalance } from "./pack/imbalance.js";
export { lowerBound, lowerBoundOfCounts } from "./pack/lower-bound.js";
export {
	type OrderName,
	type OrderOptions,
	orderRows,
	rowOrders,
} from "./pack/orders.js";
export { type PackOptions, pack } from "./pack/pack.js";
export {
	type PackDocumentsOptions,
	type PackedDocuments,
	packDocuments,
} from "./pack/pack-documents.js";
export type { Packer } from "./pack/packer.js";
export { type PackerName, packers } from "./pack/packers.js";
export type { Packing } from "./pack/packing.js";
export { type PrefixTrees, prefixTree } from "./pack/prefix-tree.js";
export type { OrderedRows, RowOrder, StepCounts } from "./pack/row-order.js";
export { type FittingTrees, splitTrees } from "./pack/split-trees.js";
export { StreamingPacker } from "./pack/streaming.js";
