import { choice, integer, json, required } from "../../core/option.js";
import { type Random, randomBelow } from "../../core/random.js";
import { quoted } from "../../core/text.js";
import { type Draft, describeDraft, type Piece } from "../draft.js";
import { composeFault, textOf } from "../faults.js";
import { characters, lengthUnits } from "../lengths.js";
import { type ListItem, listFault } from "../lists.js";
import type { Step, StepContext } from "../step.js";

const options = {
	spans: required(
		json<readonly ListItem[]>(
			{
				placeholder: "spans",
				expected: "a list of texts, or @FILE with a record each",
				written: "one",
				fault: listFault,
			},
			{ help: "what is put into texts: each into one composed record" },
		),
	),
	repetitions: json<
		readonly number[],
		{ default: readonly number[]; help: string }
	>(
		{
			placeholder: "numbers",
			expected: "a list of numbers",
			written: "one",
			fault: (value) =>
				Array.isArray(value) &&
				value.length > 0 &&
				value.every((n) => Number.isSafeInteger(n) && n > 0)
					? null
					: ` is ${quoted(value)}: give a list of whole numbers from 1 on`,
		},
		{
			default: [1],
			help: "how often a span is put in: an equal number of spans has each",
		},
	),
	join: choice(["spaced", "glued"], {
		default: "spaced",
		help: "whether a space follows a span, or the word that comes next stands right after it",
	}),
	minLength: integer({
		default: 0,
		help: "only records at least this long are taken",
	}),
	unit: choice(lengthUnits, {
		default: "words",
		help: "what that is counted in",
	}),
};

export const inject: Step<typeof options> = {
	meaning:
		"puts spans into texts after spaces that are drawn at random, and lists them: traps",
	options,
	lists: ["spans"],
	isLast: true,
	prepare({ spans, repetitions, join, minLength, unit }) {
		const traps = spans.map((span, i) =>
			typeof span === "string" ? { id: String(i), text: span } : span,
		);
		return {
			fields: [],
			...(minLength > 0 && { unit }),
			choice: {
				wanted: traps.length,
				what: "spans to be put into one record each",
				isEligible: ({ pieces }, { lengthOf }) =>
					minLength === 0 ||
					pieces.reduce(
						(sum, piece) => sum + lengthOf(unit)(textOf(piece)),
						0,
					) >= minLength,
			},
			apply(draft, context) {
				if (context.chosen === null) return [draft];
				const trap = traps[context.chosen];
				const times = repetitions[context.chosen % repetitions.length];
				const after = join === "spaced" ? " " : "";
				return [put(draft, trap, times, after, context)];
			},
		};
	},
};

function put(
	draft: Draft,
	trap: { id: string; text: string },
	times: number,
	after: string,
	context: StepContext,
): Draft {
	const spaces = draft.pieces.map((piece) => spacesIn(textOf(piece)));
	const total = spaces.reduce((sum, { length }) => sum + length, 0);
	if (total < times)
		throw composeFault(
			"too-few-places",
			describeDraft(draft),
			`has ${total} spaces, and the span ${quoted(trap.id)} is to be put in ${times} times: take longer records with min-length, fewer repetitions`,
		);
	const chosen = drawn(total, times, context.random());
	let first = 0;
	let next = 0;
	let offset = 0;
	const pieces = draft.pieces.map((piece, p): Piece => {
		const text = textOf(piece);
		const own = spaces[p];
		const parts: string[] = [];
		let from = 0;
		for (; next < times && chosen[next] < first + own.length; next++) {
			const place = own[chosen[next] - first] + 1;
			const before = text.slice(from, place);
			parts.push(before, trap.text, after);
			offset += characters(before);
			context.inject({
				trap: trap.id,
				document: draft.id,
				offset,
				repetition: next + 1,
			});
			offset += characters(trap.text) + after.length;
			from = place;
		}
		first += own.length;
		const rest = text.slice(from);
		offset += characters(rest);
		return parts.length === 0
			? piece
			: { ...piece, text: parts.join("") + rest };
	});
	context.count("spans-injected", times);
	return { ...draft, pieces };
}

function spacesIn(text: string): number[] {
	const places: number[] = [];
	for (let at = text.indexOf(" "); at !== -1; at = text.indexOf(" ", at + 1))
		places.push(at);
	return places;
}

/** Some of the numbers below a limit, each at most once, in ascending order (R. W. Floyd, 1987). */
function drawn(limit: number, count: number, random: Random): number[] {
	const found = new Set<number>();
	for (let most = limit - count; most < limit; most++) {
		const one = randomBelow(random, most + 1);
		found.add(found.has(one) ? most : one);
	}
	return [...found].sort((a, b) => a - b);
}
