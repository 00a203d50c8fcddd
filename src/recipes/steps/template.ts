import { choice, json, required } from "../../core/option.js";
import { quoted } from "../../core/text.js";
import { isObject } from "../../core/values.js";
import { roles as speakers } from "../../documents/conversations/conversation.js";
import {
	type Draft,
	describeRecord,
	type Piece,
	type RecipeRecord,
} from "../draft.js";
import { badRecipe, composeFault, requireText, textOf } from "../faults.js";
import {
	type FieldText,
	parseFieldText,
	type TextContext,
} from "../field-text.js";
import { settingsOf } from "../settings.js";
import type { Step } from "../step.js";
import { type Part, partOptions } from "./parts.js";

/** Who is trained on in conversations. */
const MODEL = "assistant";
/** The role of those that no other fits. */
const ANY = "any";

const options = {
	roles: required(
		json<Readonly<Record<string, unknown>>>(
			{
				placeholder: "roles",
				expected: "a mapping of roles to what is written of their records",
				written: "one",
				fault: (value) =>
					isObject(value) && Object.keys(value).length > 0
						? null
						: ` is ${quoted(value)}: give a mapping of roles, such as {any: "{text}"}`,
			},
			{
				help: "for each role, what is written: a text, or a list of parts with text, role and loss",
			},
		),
	),
	each: choice(["group", "record"], {
		default: "group",
		help: "what becomes a composed record: a group, or each of its records",
	}),
};

interface Turn {
	text: FieldText;
	speaker: string | null;
	trained: boolean;
}

export const template: Step<typeof options> = {
	meaning:
		"writes each record by its role: code or test in a pair; otherwise only, first, middle or last, by its place; any stands for all other roles",
	options,
	prepare({ roles, each }, where) {
		const byRole = new Map(
			Object.entries(roles).map(([role, parts]) => [
				role,
				turnsOf(parts, `${where}, role ${role}`),
			]),
		);
		const all = [...byRole.values()].flat();
		const spoken = all.filter(({ speaker }) => speaker !== null).length;
		if (spoken > 0 && spoken < all.length)
			throw badRecipe(
				where,
				"some parts have a role and others do not: give all of them one, to make conversations, or none, to make texts",
			);
		return {
			fields: all.flatMap(({ text }) => text.fields),
			makesText: true,
			makes: {
				messages: spoken > 0,
				masks:
					spoken === 0
						? all.some(({ trained }) => !trained)
						: all.some(({ speaker, trained }) => speaker === MODEL && !trained),
			},
			apply(draft) {
				const written = draft.pieces.map((piece, i) => {
					if (piece.record === null) return [piece];
					const role = roleOf(draft, i, byRole);
					if (role === null)
						throw composeFault(
							"no-role",
							describeRecord(piece.record),
							`is ${piece.role ?? placeOf(i, draft.pieces.length)}, and the template has no such role (it has: ${[...byRole.keys()].join(", ")}): add it, or the role ${ANY}`,
						);
					return write(draft, i, role, byRole.get(role) as Turn[]);
				});
				if (each === "group") return [{ ...draft, pieces: written.flat() }];
				return written.map((pieces, i) => ({
					id: written.length === 1 ? draft.id : `${draft.id}#${i}`,
					place: `${draft.place}\n${i}`,
					pieces,
				}));
			},
		};
	},
};

function turnsOf(given: unknown, where: string): Turn[] {
	const parts = Array.isArray(given) ? given : [given];
	if (parts.length === 0) throw badRecipe(where, "it writes nothing");
	return parts.map((part, i) => {
		const place = parts.length === 1 ? where : `${where}, part ${i + 1}`;
		const { text, role, loss }: Part =
			typeof part === "string"
				? { text: part, role: undefined, loss: undefined }
				: settingsOf(partOptions, part, place);
		if (role !== undefined && !Object.hasOwn(speakers, role))
			throw badRecipe(
				place,
				`there is no role ${quoted(role)} of a message; there are: ${Object.keys(speakers).join(", ")}`,
			);
		const speaks = role === undefined || role === MODEL;
		if (!speaks && loss === true)
			throw badRecipe(
				place,
				`loss is true, and only what the assistant says is trained on in conversations: leave it out`,
			);
		return {
			text: parseFieldText(text, place),
			speaker: role ?? null,
			trained: loss ?? speaks,
		};
	});
}

/** The role that a record has by its place in a group, where it has none of its own. */
function placeOf(i: number, count: number): string {
	if (count === 1) return "only";
	return i === 0 ? "first" : i === count - 1 ? "last" : "middle";
}

function roleOf(
	{ pieces }: Draft,
	i: number,
	byRole: ReadonlyMap<string, unknown>,
): string | null {
	const { role } = pieces[i];
	for (const name of [role, placeOf(i, pieces.length), ANY])
		if (name !== null && byRole.has(name)) return name;
	return null;
}

function write(
	{ pieces }: Draft,
	i: number,
	role: string,
	turns: readonly Turn[],
): Piece[] {
	const piece = pieces[i];
	const record = piece.record as RecipeRecord;
	const previous = pieces[i - 1];
	const context: Omit<TextContext, "text"> = {
		record,
		before:
			previous?.record == null
				? null
				: { record: previous.record, text: () => textOf(previous) },
	};
	const own = piece.role ?? role;
	const written: Piece[] = [];
	for (const { text, speaker, trained } of turns)
		for (const run of text.runs(context))
			written.push({
				text: run ?? requireText(piece),
				trained,
				speaker,
				record,
				role: own,
			});
	return written;
}
