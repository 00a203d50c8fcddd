import { choice, required, text, texts } from "../../core/option.js";
import { ownField, type RecipeRecord } from "../draft.js";
import type { Step } from "../step.js";

const options = {
	fields: required(
		texts({ placeholder: "name", help: "fields that the records must have" }),
	),
	of: choice(["every", "every-but-last", "last"], {
		default: "every",
		help: "which records of a group",
	}),
	countField: text({
		placeholder: "name",
		help: "field that says how many records the group has",
		defaultText: "none",
	}),
};

export const complete: Step<typeof options> = {
	meaning: "leaves out groups in which something is missing, and counts them",
	options,
	prepare({ fields, of, countField }) {
		return {
			fields: [...fields, ...(countField === undefined ? [] : [countField])],
			apply(draft, { count }) {
				const records = draft.pieces
					.map(({ record }) => record)
					.filter((record): record is RecipeRecord => record !== null);
				const looked =
					of === "every"
						? records
						: of === "last"
							? records.slice(-1)
							: records.slice(0, -1);
				const isWhole =
					looked.every((record) =>
						fields.every((name) => hasValue(ownField(record, name))),
					) &&
					(countField === undefined ||
						records.every(
							(record) =>
								Number(ownField(record, countField)) === records.length,
						));
				if (isWhole) return [draft];
				count("incomplete");
				return [];
			},
		};
	},
};

const hasValue = (value: unknown) =>
	value !== undefined && value !== null && value !== "";
