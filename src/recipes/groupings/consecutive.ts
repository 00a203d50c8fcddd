import { choice, integer, text } from "../../core/option.js";
import { quoted } from "../../core/text.js";
import { type Draft, ownField } from "../draft.js";
import { badRecipe, textOf } from "../faults.js";
import type { Grouping } from "../grouping.js";
import { lengthUnits } from "../lengths.js";
import { firstRecord } from "./paths.js";

const options = {
	records: integer({ least: 1, help: "how many records", defaultText: "any" }),
	length: integer({
		least: 1,
		help: "how long their texts are together, at most; one that is longer stands alone",
		defaultText: "any",
	}),
	unit: choice(lengthUnits, {
		default: "words",
		help: "what the length is counted in",
	}),
	field: text({
		placeholder: "name",
		help: "field whose value is the same in a group",
		defaultText: "none",
	}),
};

export const consecutive: Grouping<typeof options> = {
	meaning: "records that follow each other in a file",
	options,
	prepare({ records, length, unit, field }, where) {
		if (records === undefined && length === undefined && field === undefined)
			throw badRecipe(
				where,
				"nothing says where a group ends: give records, length or field",
			);
		const wordOf = (draft: Draft) =>
			field === undefined ? "" : quoted(ownField(firstRecord(draft), field));
		return {
			kind: "run",
			fields: field === undefined ? [] : [field],
			...(length !== undefined && { unit }),
			begin(lengthOf) {
				const measure = length === undefined ? null : lengthOf(unit);
				let count = 0;
				let total = 0;
				let value: string | null = null;
				return (draft) => {
					const own = measure === null ? 0 : sum(draft, measure);
					const fits =
						count === 0 ||
						(count < (records ?? Infinity) &&
							total + own <= (length ?? Infinity) &&
							wordOf(draft) === value);
					if (!fits) return false;
					value ??= wordOf(draft);
					count++;
					total += own;
					return true;
				};
			},
		};
	},
};

function sum({ pieces }: Draft, measure: (text: string) => number): number {
	return pieces.reduce((total, piece) => total + measure(textOf(piece)), 0);
}
