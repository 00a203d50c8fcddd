import type { Option, OptionTable } from "../core/option.js";
import type { Tokenizer } from "./tokenizer.js";

/** A tokenizer that needs no file: it is asked for by its name. */
export interface NamedTokenizer {
	readonly meaning: string;
	/** What stands after its name and a colon; null: nothing does. */
	readonly argument: Option<number> | null;
	/** How it is asked for: `kmer:6`. */
	readonly example: string;
	/** What can be set of it besides: names that begin with its own. */
	readonly options: OptionTable;
	/**
	 * @param argument What stands after the colon; NaN where nothing does.
	 * @param values Those of its options that are given; all are checked.
	 * @throws UsageError `bad-option` for values that do not go together
	 */
	open(argument: number, values: Readonly<Record<string, unknown>>): Tokenizer;
}
