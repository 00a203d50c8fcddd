/**
 * `seqpack/pack`: which sequences share a row, what no packing beats, and the order of
 * rows. Needs nothing from Node.
 */
export { DataError, SeqpackError, UsageError } from "./core/errors.js";
export { createRandom, type Random } from "./core/random.js";
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
