/**
 * What attention and loss need to know of a packed row, and views of it for trainers. Needs
 * nothing from Node.
 * @module seqpack/masks
 */
export { DataError, SeqpackError, UsageError } from "./core/errors.js";
export { createRandom, type Random } from "./core/random.js";
export {
	chooseChunks,
	chunkLossTokens,
	chunkOffsets,
	globalAttentionMask,
	promptLengths,
} from "./masks/chunks.js";
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
	lossWeights,
	type StepRow,
} from "./masks/loss-weights.js";
export type { MaskKind } from "./masks/mask-kinds.js";
export {
	randomPositions,
	scalePositions,
	stretchPositions,
} from "./masks/positions.js";
export type { TokenRow } from "./masks/row.js";
export {
	documentIds,
	positionIds,
	segmentIds,
	seqIdx,
} from "./masks/segments.js";
export {
	cutRow,
	type SequenceShares,
	type Sharing,
	sequenceMultiple,
	sequenceShares,
	sharedLengths,
	shareMultiple,
	shareSpans,
} from "./masks/sequence-parallel.js";
export { shareCosts } from "./masks/share-costs.js";
export {
	denseTreeMask,
	preorderExits,
	subtreeEnds,
	type TreeRow,
	targetFrom,
	targetWeights,
	treePositions,
} from "./masks/tree.js";
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
