import {
	hasCuts,
	hasTurns,
	longestCapacity,
	type Settings,
	type SourceSettings,
} from "../dataset/settings.js";
import { type CutName, cuts } from "../decompose/cuts.js";
import { fillRule, type SegmentOptions } from "../decompose/segment.js";
import type { Encoder } from "../documents/encode-text.js";
import type { HeadRule } from "../documents/repeat-head.js";
import { usualWayWithSpecials } from "../documents/specials-in-text.js";
import { areGivenWeights } from "../masks/loss-weights.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** How the texts of a source become the tokens of documents. */
export function encoderOf(
	settings: Settings,
	source: SourceSettings,
	tokenizer: Tokenizer,
): Encoder {
	const areConversations = hasTurns(source);
	return {
		tokenizer,
		// Conversations have them in their texts.
		bos: areConversations ? null : settings.bos,
		eos: areConversations ? null : settings.eos,
		isMarked: settings.isMasked,
		isWeighted: areGivenWeights(settings.lossWeight),
		specialsInText: settings.specialTokensInText ?? usualWayWithSpecials,
		head: headRule(settings),
		...suffixRule(settings, source),
	};
}

/** Which documents repeat what is before their first turn; null: none does. */
function headRule({ cutTurns, keepSystem }: Settings): HeadRule | null {
	if (cutTurns === null || !keepSystem) return null;
	const { leavesGaps, keepsLast = false } = cuts.find(cutTurns.name as CutName);
	if (!leavesGaps) return null;
	return { capacity: Number(cutTurns.maxLength), keepsLast };
}

/** What the segments of documents end with. */
function suffixRule(
	settings: Settings,
	source: SourceSettings,
): Pick<Encoder, "suffix"> {
	const { segmentTokens, ...cut } = settings.cut as SegmentOptions;
	const { carrySuffix = 0 } = cut;
	if (carrySuffix === 0) return {};
	const most = longestCapacity(settings);
	const fill = fillRule(
		{ ...cut, segmentTokens: (segmentTokens ?? most) - carrySuffix },
		most - carrySuffix,
	);
	const { segment } = source;
	const areCut = segment === undefined || hasCuts(source);
	return { suffix: { tokens: carrySuffix, fill, areCut } };
}
