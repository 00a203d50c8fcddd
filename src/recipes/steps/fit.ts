import {
	choice,
	flag,
	integer,
	json,
	required,
	text,
} from "../../core/option.js";
import { type Random, randomBelow } from "../../core/random.js";
import { quoted } from "../../core/text.js";
import type { Draft, Piece } from "../draft.js";
import { textOf } from "../faults.js";
import { parseFieldText } from "../field-text.js";
import { lengthUnits } from "../lengths.js";
import type { Step } from "../step.js";

const options = {
	limits: required(
		json<readonly number[]>(
			{
				placeholder: "numbers",
				expected: "a list of lengths in ascending order",
				written: "one",
				fault: (value) =>
					Array.isArray(value) &&
					value.length > 0 &&
					value.every(
						(limit, i) =>
							Number.isSafeInteger(limit) &&
							limit > (i === 0 ? 0 : value[i - 1]),
					)
						? null
						: ` is ${quoted(value)}: give a list of whole numbers in ascending order`,
			},
			{
				help: "a composed record of a limit is longer than the limit before, and no longer than it",
			},
		),
	),
	from: integer({
		default: 0,
		help: "the length that records of the first limit must exceed",
	}),
	below: flag({
		default: false,
		help: "whether they must be shorter than their limit",
	}),
	unit: choice(lengthUnits, {
		default: "words",
		help: "what lengths are counted in",
	}),
	perLimit: integer({
		least: 1,
		most: 1e7,
		default: 200,
		help: "composed records of each limit",
	}),
	counts: text({
		placeholder: "template",
		default: "{text}",
		help: "the part of each record that counts, such as '{instruction} {text} {answer}'",
	}),
	overhead: integer({
		default: 0,
		help: "the length of what is added later, such as an instruction, in the same unit",
	}),
	tries: integer({
		least: 1,
		most: 1e6,
		default: 100,
		help: "how often to draw again before a composed record is given up, and counted",
	}),
};

export const fit: Step<typeof options> = {
	meaning:
		"draws records of a group at random until their length is between two limits",
	options,
	wantsGroup: true,
	prepare(settings, where) {
		const { limits, unit, perLimit, from, overhead, below } = settings;
		const counts = parseFieldText(settings.counts, where);
		return {
			fields: counts.fields,
			unit,
			apply(draft, context) {
				const measure = context.lengthOf(unit);
				const lengths = draft.pieces.map((piece) =>
					measure(
						counts.fill({
							record: piece.record,
							text: () => textOf(piece),
							before: null,
						}),
					),
				);
				const random = context.random();
				const out: Draft[] = [];
				for (const [i, limit] of limits.entries()) {
					const least = (i === 0 ? from : limits[i - 1]) - overhead + 1;
					const most = limit - overhead - Number(below);
					for (let n = 0; n < perLimit; n++) {
						const drawn = draw(lengths, least, most, settings.tries, random);
						if (drawn === null) {
							context.count("fits-not-reached");
							continue;
						}
						context.count("fits");
						out.push({
							id: `${draft.id}/${limit}/${n}`,
							place: `${draft.place}\n${limit}\n${n}`,
							pieces: drawn.map((record): Piece => draft.pieces[record]),
						});
					}
				}
				return out;
			},
		};
	},
};

/**
 * Records whose lengths add up to `least` or more, and `most` at most; at least one, for `least` may be below 0 where
 * something is added besides. Null: none were found. No record is drawn twice.
 */
function draw(
	lengths: readonly number[],
	least: number,
	most: number,
	tries: number,
	random: Random,
): number[] | null {
	if (most < least) return null;
	/** Draws that came to nothing. */
	let failed = 0;
	while (failed < tries) {
		// Without an aim between the limits all would be just longer than the lower one.
		const aim = least + randomBelow(random, most - least + 1);
		const drawn = new Set<number>();
		let total = 0;
		while ((drawn.size === 0 || total < aim) && failed < tries) {
			const record = randomBelow(random, lengths.length);
			if (drawn.has(record) || total + lengths[record] > most) {
				if (drawn.size === lengths.length) break;
				failed++;
				// What is there may be enough.
				if (drawn.size > 0 && total >= least) break;
				continue;
			}
			drawn.add(record);
			total += lengths[record];
		}
		if (drawn.size > 0 && total >= least) return [...drawn];
		failed++;
	}
	return null;
}
