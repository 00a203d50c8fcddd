import { entryOf, integer, text } from "../core/option.js";
import { type GlobalAttention, globalAttentions } from "./chunks.js";
import { type PositionRule, positionRules } from "./positions.js";

/** What some columns are told. */
export const columnTable = {
	chunk: integer({
		least: 1,
		most: 2 ** 30,
		help: "tokens of a chunk, for the columns chunk_offsets and chunk_loss_tokens",
	}),
	positions: text({
		placeholder: "rule",
		help: `how the column scaled_positions is made: ${positionRules}`,
	}),
	globalAttention: entryOf(globalAttentions, {
		defaultText: "first-token",
		help: "which tokens the column global_attention_mask names",
	}),
};

/** The same, checked; what is left out is not asked for. */
export interface ColumnOptions {
	readonly chunk?: number;
	readonly positions?: PositionRule;
	readonly globalAttention?: GlobalAttention;
	/** The token that rows are padded with, where padding is to be trained on as a part of the last sequence. */
	readonly trainedPadding?: number;
	/** What sequences are padded to a multiple of, where they are cut among ranks. */
	readonly sequenceMultiple?: number;
}
