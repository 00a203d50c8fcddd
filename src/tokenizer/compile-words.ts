import {
	KernelImage,
	type KernelTables,
	type SplitLevel,
} from "./kernel-image.js";
import {
	HEADER_SPACE_IS_BLOCK,
	HEADER_SPLITTING,
	SPLIT_LEVELS,
	SPLIT_SPACES,
	SPLIT_WHITE_SPACE,
} from "./layout.js";
import type { Compiled, Model } from "./models/model.js";

/** How the kernel finds words in a text that is normalized. */
export type Splitting =
	/** By automata, one after the other; by none, a text is one word. At most four. */
	| { by: "levels"; levels: readonly SplitLevel[] }
	/** Metaspace: spaces are U+2581, and words begin with one; or a text is one word. */
	| { by: "spaces"; prefix: number; cuts: boolean }
	/** WhitespaceSplit, then Metaspace that puts U+2581 before each word and cuts before each. */
	| { by: "white-space" };

/** A model and a splitting, made ready to run: plain data that can be sent to another thread. */
export interface CompiledWords {
	tables: KernelTables;
	splitting: Exclude<Splitting, { by: "levels" }> | { by: "levels" };
	missing: Compiled["missing"];
}

/** Null where the kernel has not the model, or not this one. */
export function compileWords(
	model: Model,
	splitting: Splitting,
): CompiledWords | null {
	const spaceIsBlock = splitting.by !== "levels";
	const image = new KernelImage();
	const compiled = model.addTo?.(image, spaceIsBlock) ?? null;
	if (compiled === null) return null;
	image.set(HEADER_SPACE_IS_BLOCK, Number(spaceIsBlock));
	image.set(HEADER_SPLITTING, splittingOf(splitting));
	if (splitting.by === "levels") image.addLevels(splitting.levels);
	return {
		tables: image.finish(compiled.idsPerByte),
		splitting: splitting.by === "levels" ? { by: "levels" } : splitting,
		missing: compiled.missing,
	};
}

function splittingOf(splitting: Splitting): number {
	if (splitting.by === "white-space") return SPLIT_WHITE_SPACE;
	return splitting.by === "spaces" && splitting.cuts
		? SPLIT_SPACES
		: SPLIT_LEVELS;
}
