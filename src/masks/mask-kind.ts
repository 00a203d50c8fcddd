import { UsageError } from "../core/errors.js";

/**
 * Which tokens of its own sequence a token sees. Plain data, to be recorded and
 * rendered, not stored token by token. Distances are in tokens; a token always
 * sees itself.
 */
export type MaskKind =
	/** Itself and all before it. */
	| { kind: "causal" }
	/** And, within the first tokens of each sequence, what comes after (prefix LM). */
	| { kind: "prefix"; prefixLengths: readonly number[] }
	/** Itself and the `window` - 1 tokens before it. */
	| { kind: "sliding-window"; window: number }
	/** A sliding window, and the first `sinks` tokens: the lambda shape of LM-Infinite (2308.16137). */
	| { kind: "lambda"; sinks: number; window: number }
	/** Another mask for each layer: MASFormer (2310.12442) has few layers that see everything. */
	| { kind: "per-layer"; layers: readonly MaskKind[] };

const KINDS = ["causal", "prefix", "sliding-window", "lambda", "per-layer"];

/** @throws UsageError `bad-mask` for what is no mask, and for numbers that cannot be. */
export function checkMaskKind(mask: MaskKind, sequences?: number): void {
	if (!KINDS.includes(mask?.kind))
		throw new UsageError(
			"bad-mask",
			`there is no mask ${JSON.stringify(mask?.kind ?? mask)}; there are: ${KINDS.join(", ")}.`,
		);
	const refused = (why: string) =>
		new UsageError("bad-mask", `the mask ${mask.kind} ${why}.`);
	const least = (name: string, value: number, lowest: number) => {
		if (!Number.isInteger(value) || value < lowest)
			throw refused(
				`has ${name} ${value}: give a whole number of at least ${lowest}`,
			);
	};
	if (mask.kind === "sliding-window" || mask.kind === "lambda")
		least("a window of", mask.window, 1);
	if (mask.kind === "lambda") least("sinks of", mask.sinks, 0);
	if (mask.kind === "prefix") {
		if (!Array.isArray(mask.prefixLengths))
			throw refused("has no list of prefixLengths");
		for (const length of mask.prefixLengths)
			least("a prefix length of", length, 0);
		if (sequences !== undefined && mask.prefixLengths.length !== sequences)
			throw refused(
				`has ${mask.prefixLengths.length} prefix lengths for ${sequences} sequences`,
			);
	}
	if (mask.kind === "per-layer") {
		if (!Array.isArray(mask.layers) || mask.layers.length === 0)
			throw refused("has no layers: give a list of masks");
		for (const layer of mask.layers) {
			if (layer?.kind === "per-layer")
				throw refused("has layers within a layer");
			checkMaskKind(layer, sequences);
		}
	}
}

/**
 * Whether the token at `query` of a sequence sees the one at `key`, both counted
 * from the sequence's first.
 * @param sequence The sequence's number in its row.
 * @param layer The layer, for `per-layer`.
 */
export function sees(
	mask: MaskKind,
	query: number,
	key: number,
	sequence = 0,
	layer = 0,
): boolean {
	switch (mask.kind) {
		case "causal":
			return key <= query;
		case "prefix":
			return key <= query || key < (mask.prefixLengths[sequence] ?? 0);
		case "sliding-window":
			return key <= query && query - key < mask.window;
		case "lambda":
			return key <= query && (query - key < mask.window || key < mask.sinks);
		case "per-layer":
			return sees(
				mask.layers[layer % mask.layers.length],
				query,
				key,
				sequence,
			);
	}
}
