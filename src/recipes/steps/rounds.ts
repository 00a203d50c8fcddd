import { flag, integer, json, required, text } from "../../core/option.js";
import { permutation, type Random } from "../../core/random.js";
import { quoted } from "../../core/text.js";
import type { Draft, Piece } from "../draft.js";
import { textOfField } from "../faults.js";
import type { Step } from "../step.js";

const options = {
	label: required(
		text({ placeholder: "name", help: "field that holds a record's label" }),
	),
	rounds: required(
		json<readonly number[]>(
			{
				placeholder: "numbers",
				expected: "a list of numbers of rounds",
				written: "one",
				fault: (value) =>
					Array.isArray(value) &&
					value.length > 0 &&
					value.every((n) => Number.isSafeInteger(n) && n > 0 && n <= 1e6)
						? null
						: ` is ${quoted(value)}: give a list of whole numbers from 1 on`,
			},
			{ help: "rounds of a composed record: one of each number" },
		),
	),
	perLabel: integer({
		least: 1,
		most: 1e6,
		default: 1,
		help: "records of each label in a round",
	}),
	perRounds: integer({
		least: 1,
		most: 1e6,
		default: 1,
		help: "composed records of each number of rounds",
	}),
	shuffle: flag({ default: true, help: "labels of a round in random order" }),
};

export const rounds: Step<typeof options> = {
	meaning:
		"draws records of a group in rounds: each round has equally many of each label, and no record comes twice",
	options,
	wantsGroup: true,
	prepare({ label, rounds, perLabel, perRounds, shuffle }) {
		return {
			fields: [label],
			apply(draft, context) {
				const byLabel = new Map<string, Piece[]>();
				for (const piece of draft.pieces) {
					const own = textOfField(piece.record, label);
					const known = byLabel.get(own);
					if (known === undefined) byLabel.set(own, [piece]);
					else known.push(piece);
				}
				const random = context.random();
				return rounds.flatMap((count) =>
					Array.from({ length: perRounds }, (_, n): Draft => {
						const drawn = [...byLabel.values()].map((pieces) =>
							shuffled(pieces, random),
						);
						const pieces: Piece[] = [];
						for (let round = 0; round < count; round++) {
							const order = shuffle ? shuffled(drawn, random) : drawn;
							for (const own of order) {
								const from = round * perLabel;
								const taken = own.slice(from, from + perLabel);
								context.count("missing-of-labels", perLabel - taken.length);
								pieces.push(...taken);
							}
						}
						return {
							id: `${draft.id}/${count}/${n}`,
							place: `${draft.place}\n${count}\n${n}`,
							pieces,
						};
					}),
				);
			},
		};
	},
};

function shuffled<T>(items: readonly T[], random: Random): T[] {
	return Array.from(permutation(items.length, random), (i) => items[i]);
}
