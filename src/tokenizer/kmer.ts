import { optionName, UsageError } from "../core/errors.js";
import { choice, integer } from "../core/option.js";
import { checkOption } from "../core/resolve-options.js";
import {
	type KmerRest,
	KmerTokenizer,
	kmerRests,
	LONGEST_KMER,
} from "./kmer-tokenizer.js";
import type { NamedTokenizer } from "./named-tokenizer.js";

const k = integer({
	least: 1,
	most: LONGEST_KMER,
	help: "bases of a token",
});

const options = {
	kmerRest: choice(kmerRests, {
		defaultText: "oov",
		help: "what to do with bases left over when their number is no multiple of k: make them one <oov>, fill them up with A, or leave as many out at the end or at the beginning",
	}),
	kmerPhase: integer({
		most: LONGEST_KMER - 1,
		defaultText: "0",
		help: "bases to leave out at the beginning of each document, fewer than k",
	}),
	kmerPhaseSeed: integer({
		defaultText: "none",
		help: "draw the phase of each document from this seed and the document",
	}),
};

export const kmer: NamedTokenizer & { options: typeof options } = {
	meaning:
		"DNA, one token for every k bases: the first 32 ids are <oov>, <s>, </s>, <pad>, <mask> and free ones",
	argument: k,
	example: "kmer:6",
	options,
	open: (k, values) =>
		createKmerTokenizer({
			k,
			rest: values.kmerRest as KmerRest | undefined,
			phase: values.kmerPhase as number | undefined,
			phaseSeed: values.kmerPhaseSeed as number | undefined,
		}),
};

/**
 * DNA as tokens of k bases each: `seqpack/tokenizer` has it too, for programs.
 * @param settings.k From 1 to 12.
 * @param settings.rest Default `oov`.
 * @param settings.phase Default 0.
 * @throws UsageError `bad-option`, `unknown-name`, `ignored-option`
 */
export function createKmerTokenizer(settings: {
	k: number;
	rest?: KmerRest | undefined;
	phase?: number | undefined;
	phaseSeed?: number | undefined;
}): KmerTokenizer {
	const { rest = "oov", phase = 0, phaseSeed = null } = settings;
	checkOption("k", k, settings.k);
	checkOption("kmerRest", options.kmerRest, rest);
	checkOption("kmerPhase", options.kmerPhase, phase);
	if (phase >= settings.k)
		throw new UsageError(
			"bad-option",
			`${optionName("kmerPhase")} is ${phase}, and a token has ${settings.k} bases: give fewer than that.`,
		);
	if (phaseSeed !== null) {
		checkOption("kmerPhaseSeed", options.kmerPhaseSeed, phaseSeed);
		if (settings.phase !== undefined)
			throw new UsageError(
				"ignored-option",
				`${optionName("kmerPhase")} would change nothing: ${optionName("kmerPhaseSeed")} draws the phase. Give one of them.`,
			);
	}
	return new KmerTokenizer({ k: settings.k, rest, phase, phaseSeed });
}
