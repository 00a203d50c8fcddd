import { optionName, UsageError } from "../../core/errors.js";
import type { Given } from "../../core/option.js";
import { quoted } from "../../core/text.js";
import { type LengthUnitName, lengthUnits } from "../../strata/length-units.js";
import { parseStrata, type Stratum } from "../../strata/parse-strata.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { TakeSettings } from "../take-settings.js";
import type { lengthsOf, strataTable } from "./options.js";

export type StrataOptions = Given<typeof strataTable>;

/** How documents are told apart by their lengths; what is left out is not asked for. */
export interface StrataSettings {
	lengthOf: (typeof lengthsOf)[number];
	lengthUnit: LengthUnitName;
	/** As `parseStrata` reads them. */
	strata?: string;
	/** Documents that are taken of each stratum. */
	perStratum?: number;
	/** What is put before a text or an answer, with {name} for that of its stratum. */
	tag?: string;
	/** Ranges of the lengths of each split. */
	splitStrata?: string;
}

/**
 * @param splits The names that splits may have.
 * @returns Null where nothing goes by lengths.
 * @throws UsageError `bad-option`, `ignored-option`
 */
export function strataSettings(
	{ strata, lengthOf, lengthUnit, perStratum, tag, splitStrata }: StrataOptions,
	splits: readonly string[],
): StrataSettings | null {
	if (strata === undefined)
		requireNone({ perStratum, tag }, [optionName("strata")]);
	if (strata === undefined && splitStrata === undefined) {
		requireNone({ lengthOf, lengthUnit }, [
			optionName("strata"),
			optionName("splitStrata"),
		]);
		return null;
	}
	if (strata !== undefined) parseStrata(strata);
	if (splitStrata !== undefined)
		for (const { name } of parseStrata(splitStrata, "splitStrata"))
			if (!splits.includes(name))
				throw new UsageError(
					"bad-option",
					`${optionName("splitStrata")} names ${quoted(name)}, and splits are ${splits.join(", ")}: give one of these.`,
				);
	if (tag !== undefined && /[{}]/.test(tag.replaceAll(NAME, "")))
		throw new UsageError(
			"bad-option",
			`${optionName("tag")} is ${quoted(tag)}: of what is in braces it can have ${NAME} alone, the name of the stratum.`,
		);
	return {
		lengthOf: lengthOf ?? "text",
		lengthUnit: lengthUnit ?? lengthUnits.names[0],
		...(strata !== undefined && { strata }),
		...(perStratum !== undefined && { perStratum }),
		...(tag !== undefined && { tag }),
		...(splitStrata !== undefined && { splitStrata }),
	};
}

const NAME = "{name}";

function requireNone(
	options: Readonly<Record<string, unknown>>,
	needs: readonly string[],
): void {
	for (const [name, value] of Object.entries(options))
		if (value !== undefined)
			throw new UsageError(
				"ignored-option",
				`${optionName(name)} would change nothing without ${needs.join(" or ")}: give that, or leave it out.`,
			);
}

/** The strata of settings; none where there are none. */
export function strataOf(settings: StrataSettings | undefined): Stratum[] {
	return settings?.strata === undefined ? [] : parseStrata(settings.strata);
}

/** The stratum at a place, in words. @param place -1: what is in none. */
export function stratumText(
	settings: StrataSettings | undefined,
	place: number,
): string {
	const stratum = strataOf(settings)[place];
	return stratum === undefined ? "no stratum" : `stratum ${stratum.name}`;
}

/** The lengths of splits, each by the split's name; none where lengths do not tell them. */
export function splitsByLength(
	settings: StrataSettings | undefined,
): Stratum[] {
	return settings?.splitStrata === undefined
		? []
		: parseStrata(settings.splitStrata, "splitStrata");
}

/** The tag of a stratum. */
export function tagOf(tag: string, { name }: Stratum): string {
	return tag.replaceAll(NAME, name);
}

/**
 * Checks that what strata go by is there in the records of a source.
 * @param tokenizer Left out: not known yet.
 * @throws UsageError `bad-option`
 */
export function requireStrata(
	{ lengthOf, lengthUnit, tag }: StrataSettings,
	{ conversations, tokens }: TakeSettings,
	{ takesIds = false }: Pick<Tokenizer, "takesIds"> = {},
): void {
	if (lengthOf === "output" && conversations === null)
		throw new UsageError(
			"bad-option",
			`${optionName("lengthOf")} is ${lengthOf}, and the records are no conversations: give ${optionName("loss")} or ${optionName("conversations")}, or measure the text.`,
		);
	if (tag !== undefined && lengthOf !== "output" && conversations !== null)
		throw new UsageError(
			"bad-option",
			`${optionName("tag")} stands before the answer of a conversation, and its length would be that of the text: give ${optionName("lengthOf", "output")}.`,
		);
	if (tokens === null && !takesIds) return;
	if (!lengthUnits.find(lengthUnit).isOfIds)
		throw new UsageError(
			"bad-option",
			`the input is token ids, which have no ${lengthUnit}: give ${optionName("lengthUnit", lengthUnits.where(({ isOfIds }) => isOfIds === true)[0])}.`,
		);
	if (tag !== undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("tag")} is text, and the input is token ids: leave it out.`,
		);
}
