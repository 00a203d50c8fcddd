import type { OptionTable, Resolved } from "../core/option.js";
import type { CutName } from "../decompose/cuts.js";
import type { Packing } from "./packing.js";

/** A way to put sequences into packs, on lengths alone, and what is true of it. */
export interface Packer<O extends OptionTable = OptionTable> {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** The options that it has of its own. */
	readonly options: O;
	/** How it cuts documents, where it has a way of its own. */
	readonly cuts?: CutName;
	/**
	 * Whether it fills its rows from the first token to the last, so that it can
	 * neither leave out short sequences nor round lengths up.
	 */
	readonly fillsRows: boolean;
	/** Whether a row may hold several sequences. */
	readonly sharesRows: boolean;
	/** Whether packing the emptiest packs of many tasks once more saves rows. */
	readonly repacks: boolean;
	/**
	 * @param lengths Tokens of each sequence, each in 1..capacity.
	 * @param capacity Tokens that a pack can hold.
	 */
	pack(lengths: Int32Array, capacity: number, options: Resolved<O>): Packing;
}
