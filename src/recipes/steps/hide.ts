import { choice, json, required } from "../../core/option.js";
import { quoted } from "../../core/text.js";
import { type Draft, describeDraft, type Piece } from "../draft.js";
import { badRecipe, composeFault, textOf } from "../faults.js";
import { parseFieldText, type TextContext } from "../field-text.js";
import { lengthUnits } from "../lengths.js";
import { settingsOf } from "../settings.js";
import type { Step } from "../step.js";
import { partOptions } from "./parts.js";

const part = (help: string) =>
	json<unknown>(
		{
			placeholder: "part",
			expected: "a text, or a mapping with text and loss",
			written: "one",
			fault: () => null,
		},
		{ help, defaultText: "nothing" },
	);

/** The parts that say something of the record. */
const OF_RECORD: readonly string[] = ["key", "answer"];

/** Longer contexts than any model has, and more depths than anybody plots: all of a length are made at once. */
const LONGEST = 2 ** 24;
const MOST_DEPTHS = 1000;

const isWholeTo = (most: number) => (value: unknown) =>
	Number.isSafeInteger(value) &&
	(value as number) > 0 &&
	(value as number) <= most;
const isLength = isWholeTo(LONGEST);
const isCount = isWholeTo(MOST_DEPTHS);
const isShare = (value: unknown) =>
	typeof value === "number" && value >= 0 && value <= 1;

const options = {
	block: required(part("what the rest is filled with, again and again")),
	key: required(part("what takes the place of a block")),
	prefix: part("what comes first"),
	suffix: part("what comes last"),
	answer: part("what comes after the suffix, and is no part of the length"),
	lengths: required(
		json<readonly number[]>(
			{
				placeholder: "numbers",
				expected: "a list of lengths",
				written: "one",
				fault: (value) =>
					Array.isArray(value) && value.length > 0 && value.every(isLength)
						? null
						: ` is ${quoted(value)}: give a list of whole numbers from 1 to ${LONGEST}`,
			},
			{ help: "how long what comes before the answer is to be" },
		),
	),
	depths: json<number | readonly number[], { default: number; help: string }>(
		{
			placeholder: "n",
			expected: "how many depths, or a list of them from 0 to 1",
			written: "one",
			fault: (value) =>
				isCount(value) ||
				(Array.isArray(value) &&
					value.length > 0 &&
					value.length <= MOST_DEPTHS &&
					value.every(isShare))
					? null
					: ` is ${quoted(value)}: give a whole number from 1 to ${MOST_DEPTHS}, or a list of as many numbers from 0 to 1`,
		},
		{
			default: 10,
			help: "where the key is: a list, or a number of depths from 0 to 1, evenly apart",
		},
	),
	unit: choice(lengthUnits, {
		default: "tokens",
		help: "what lengths are counted in",
	}),
};

export const hide: Step<typeof options> = {
	meaning:
		"hides a key in blocks of filling, at each depth of each length, as passkeys are",
	options,
	prepare({ lengths, depths, unit, ...given }, where) {
		const names = ["prefix", "block", "key", "suffix", "answer"] as const;
		const parts = Object.fromEntries(
			names.map((name) => [name, partOf(given[name], `${where}, ${name}`)]),
		) as Record<(typeof names)[number], ReturnType<typeof partOf>>;
		const shares =
			typeof depths === "number"
				? Array.from({ length: depths }, (_, i) => i / Math.max(1, depths - 1))
				: depths;
		return {
			fields: names.flatMap((name) => parts[name].text.fields),
			makesText: true,
			makes: { masks: names.some((name) => !parts[name].trained) },
			unit,
			apply(draft, context) {
				const measure = context.lengthOf(unit);
				const [piece] = draft.pieces;
				const of: TextContext = {
					record: piece.record,
					text: () => textOf(piece),
					before: null,
				};
				const pieces = Object.fromEntries(
					names.map((name): [string, Piece] => [
						name,
						{
							...piece,
							text: parts[name].text.fill(of),
							trained: parts[name].trained,
							role: name,
							record: OF_RECORD.includes(name) ? piece.record : null,
						},
					]),
				);
				const lengthOf = (name: string) => measure(textOf(pieces[name]));
				// Between two others it may have fewer tokens than alone.
				const filling = textOf(pieces.block);
				const block = measure(filling + filling) - measure(filling);
				if (block === 0)
					throw composeFault(
						"bad-value",
						describeDraft(draft),
						"has a block without length: write something into it",
					);
				const around = lengthOf("prefix") + lengthOf("suffix");
				return lengths.flatMap((length) => {
					const blocks = Math.floor((length - around) / block);
					if (blocks < 1) {
						context.count("lengths-too-short");
						return [];
					}
					return shares.map((depth, d): Draft => {
						const at = Math.floor(depth * (blocks - 1));
						const filled = Array.from({ length: blocks }, (_, i) =>
							i === at ? pieces.key : pieces.block,
						);
						return {
							id: `${draft.id}/${length}/${d}`,
							place: `${draft.place}\n${length}\n${d}`,
							pieces: [pieces.prefix, ...filled, pieces.suffix, pieces.answer],
						};
					});
				});
			},
		};
	},
};

function partOf(given: unknown, where: string) {
	const { text, loss, role } =
		typeof given === "string" || given === undefined
			? { text: given ?? "", loss: undefined, role: undefined }
			: settingsOf(partOptions, given, where);
	if (role !== undefined)
		throw badRecipe(
			where,
			"it has a role, and texts are made here: leave it out",
		);
	return { text: parseFieldText(text, where), trained: loss ?? true };
}
