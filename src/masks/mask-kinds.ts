import { UsageError } from "../core/errors.js";
import { registry, unknownName } from "../core/registry.js";

/** Which of the tokens of its sequence a token is asked about. */
interface Place {
	/** The token that looks, and the one that it may see, both counted from the sequence's first. */
	query: number;
	key: number;
	/** The sequence's number in its row. */
	sequence: number;
	layer: number;
}

interface Kind<M> {
	sees(mask: M, place: Place): boolean;
	/** What is wrong with a mask, as the end of a sentence; null when nothing is. */
	fault(mask: M, sequences?: number): string | null;
	/** Whether it holds for all sequences of a dataset, and not for those of one row. */
	isForAll(mask: M): boolean;
}

/** What the masks of each kind say besides their kind. */
interface Masks {
	/** Itself and all before it. */
	causal: object;
	/** And, within the first tokens of each sequence, what comes after (prefix LM). */
	prefix: { prefixLengths: readonly number[] };
	/** Itself and the `window` - 1 tokens before it. */
	"sliding-window": { window: number };
	/** A sliding window, and the first `sinks` tokens: the lambda shape of LM-Infinite (2308.16137). */
	lambda: { sinks: number; window: number };
	/** Another mask for each layer: MASFormer (2310.12442) has few layers that see everything. */
	"per-layer": { layers: readonly MaskKind[] };
}

/**
 * Which tokens of its own sequence a token sees. Plain data, to be recorded and
 * rendered, not stored token by token. Distances are in tokens; a token always
 * sees itself.
 */
export type MaskKind = {
	[Name in keyof Masks]: { kind: Name } & Masks[Name];
}[keyof Masks];

const entries: { [Name in keyof Masks]: Kind<Masks[Name]> } = {
	causal: kind({
		sees: (_, { query, key }) => key <= query,
	}),
	prefix: kind({
		sees: ({ prefixLengths }, { query, key, sequence }) =>
			key <= query || key < (prefixLengths[sequence] ?? 0),
		fault({ prefixLengths }, sequences) {
			if (!Array.isArray(prefixLengths)) return "has no list of prefixLengths";
			for (const length of prefixLengths) {
				const fault = atLeast("a prefix length of", length, 0);
				if (fault !== null) return fault;
			}
			return sequences === undefined || prefixLengths.length === sequences
				? null
				: `has ${prefixLengths.length} prefix lengths for ${sequences} sequences`;
		},
		isForAll: () => false,
	}),
	"sliding-window": kind({
		sees: ({ window }, { query, key }) => key <= query && query - key < window,
		fault: ({ window }) => atLeast("a window of", window, 1),
	}),
	lambda: kind({
		sees: ({ sinks, window }, { query, key }) =>
			key <= query && (query - key < window || key < sinks),
		fault: ({ sinks, window }) =>
			atLeast("a window of", window, 1) ?? atLeast("sinks of", sinks, 0),
	}),
	"per-layer": kind({
		sees: ({ layers }, place) =>
			sees(layers[place.layer % layers.length], place),
		fault({ layers }, sequences) {
			if (!Array.isArray(layers) || layers.length === 0)
				return "has no layers: give a list of masks";
			for (const layer of layers) {
				if (Array.isArray(layer?.layers)) return "has layers within a layer";
				const fault = maskFault(layer, sequences);
				if (fault !== null) return `has a layer that cannot be: ${fault}`;
			}
			return null;
		},
		isForAll: ({ layers }) => layers.every(isMaskForAll),
	}),
};

/** Every kind of mask by name. */
export const maskKinds = registry<keyof Masks, Kind<MaskKind>>(
	"mask",
	entries as never,
);

/** What is wrong with a mask, as a sentence without its stop; null when nothing is. */
export function maskFault(mask: MaskKind, sequences?: number): string | null {
	const name = mask?.kind;
	if (!maskKinds.has(name))
		return unknownName(maskKinds.kind, name ?? mask, maskKinds.names).slice(
			0,
			-1,
		);
	const fault = maskKinds.find(name).fault(mask, sequences);
	return fault === null ? null : `the mask ${name} ${fault}`;
}

/** @throws UsageError `unknown-name` for what is no mask, `bad-option` for numbers that cannot be. */
export function checkMaskKind(mask: MaskKind, sequences?: number): void {
	maskKinds.find(mask?.kind);
	const fault = maskFault(mask, sequences);
	if (fault !== null) throw new UsageError("bad-option", `${fault}.`);
}

/** Whether a mask without fault holds for all sequences of a dataset. */
export function isMaskForAll(mask: MaskKind): boolean {
	return maskKinds.find(mask.kind).isForAll(mask);
}

/** Whether a token sees another of its sequence. */
export function sees(mask: MaskKind, place: Place): boolean {
	return maskKinds.find(mask.kind).sees(mask, place);
}

function kind<M>(facts: Pick<Kind<M>, "sees"> & Partial<Kind<M>>): Kind<M> {
	return { fault: () => null, isForAll: () => true, ...facts };
}

function atLeast(name: string, value: number, least: number): string | null {
	return Number.isInteger(value) && value >= least
		? null
		: `has ${name} ${value}: give a whole number of at least ${least}`;
}
