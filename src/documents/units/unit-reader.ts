import { Int32Buffer } from "../../core/buffers.js";
import { optionName } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import { costStarts } from "../../segment/costs.js";
import { languageOf, languages } from "../../segment/languages.js";
import { lineStarts } from "../../segment/lines.js";
import { syntaxStarts } from "../../segment/syntax.js";
import type { UnitFinder } from "../../segment/unit-kind.js";
import { parseUnits } from "../../segment/units.js";
import {
	type FieldPath,
	fieldName,
	parseFieldPath,
} from "../../sources/records/fields.js";
import { BadInput } from "../../sources/source.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { CodeParser } from "./parser.js";
import type { unitReasons } from "./reasons.js";
import type { UnitSettings } from "./unit-settings.js";

/** Finds where the units of records begin. */
export interface UnitReader {
	/** The fields that it looks at. */
	readonly fields: readonly FieldPath[];
	/** Whether places are numbers of tokens, those of BOS and EOS aside, and not of bytes. */
	readonly areTokens: boolean;
	/**
	 * @param text In UTF-8.
	 * @param values What the fields hold.
	 * @param names What the record may be called, by whose ending its language is known.
	 * @param note Counts one of `notedCounts`.
	 * @throws BadInput with one of `unitReasons`
	 */
	read(
		text: Uint8Array,
		values: readonly unknown[],
		names: readonly (string | null)[],
		note: (name: string) => void,
	): Int32Array;
}

/** What finding units takes beside a record; left out where nothing is read. */
export interface UnitContext {
	/** What counts the tokens of texts, for units that have a cost. */
	tokenizer?: () => Tokenizer;
	/** What parses source code, for units of syntax. */
	parser?: CodeParser;
}

/**
 * The reader of units; null for those that are not found in records.
 * @throws UsageError for an argument that cannot be
 */
export function unitReader(
	{ units, cost, syntax }: UnitSettings,
	{ tokenizer, parser }: UnitContext,
): UnitReader | null {
	const { kind, argument } = parseUnits(units);
	const finder = kind.finder?.(argument);
	if (finder !== undefined) return textReader(finder);
	if (kind.haveCosts && cost !== undefined)
		return costReader(argument, cost, tokenizer);
	if (syntax !== undefined) return syntaxReader(syntax, parser);
	return null;
}

function syntaxReader(
	{ language, ...rule }: NonNullable<UnitSettings["syntax"]>,
	parser?: CodeParser,
): UnitReader {
	const given = language ? languages.find(language) : null;
	return {
		fields: [],
		areTokens: false,
		read(text, _values, names, note) {
			if (parser === undefined)
				throw new Error("units of syntax need a parser");
			let found = given;
			for (const name of names) if (name !== null) found ??= languageOf(name);
			const tree = found === null ? null : parser.parse(text, found.grammars);
			if (tree === null) {
				note("unparsed");
				return lineStarts(text);
			}
			const cursor = tree.walk();
			try {
				return syntaxStarts(text, cursor, rule);
			} finally {
				cursor.delete();
				tree.delete();
			}
		},
	};
}

function textReader(read: UnitFinder): UnitReader {
	return { fields: [], areTokens: false, read: (text) => read(text) };
}

function costReader(
	field: string,
	most: number,
	tokenizer?: () => Tokenizer,
): UnitReader {
	const path = parseFieldPath(field, "segment");
	const ids = new Int32Buffer();
	return {
		fields: [path],
		areTokens: true,
		read(text, [value], _names, note) {
			if (tokenizer === undefined)
				throw new Error("costs of tokens need a tokenizer");
			ids.length = 0;
			tokenizer().encodeUtf8Into(text, ids);
			const costs = costsOf(value, path, ids.length);
			for (let i = 0; i < costs.length; i++)
				if (costs[i] > most) note("costlyTokens");
			return costStarts(costs, most);
		},
	};
}

/** @throws BadInput `wrong-costs` */
function costsOf(
	value: unknown,
	path: FieldPath,
	tokens: number,
): ArrayLike<number> {
	const field = quoted(fieldName(path));
	if (!Array.isArray(value) && !ArrayBuffer.isView(value))
		throw wrong(
			value === undefined
				? `the record has no field ${field}`
				: `the field ${field} is ${value === null ? "null" : `of type ${typeof value}`}, not a list of numbers`,
		);
	const costs = value as unknown as ArrayLike<unknown>;
	if (costs.length !== tokens)
		throw wrong(
			`the field ${field} has ${costs.length} costs, and the text ${tokens} tokens`,
		);
	for (let i = 0; i < costs.length; i++) {
		const cost = costs[i];
		if (typeof cost !== "number" || !(cost >= 0 && cost < Infinity))
			throw wrong(
				`cost ${i} of the field ${field} is ${quoted(cost)}, no number from 0 on`,
			);
	}
	return costs as ArrayLike<number>;
}

function wrong(sentence: string): BadInput {
	const reason: keyof typeof unitReasons = "wrong-costs";
	return new BadInput(
		reason,
		`${sentence}. Fix the record, or give ${optionName("onError", "skip")}`,
	);
}
