import { optionName, UsageError } from "../core/errors.js";
import type { Resolved } from "../core/option.js";
import { globalAttentions } from "./chunks.js";
import type { ColumnOptions, columnTable } from "./column-options.js";
import { columns, rowColumn } from "./columns.js";
import { parsePositionRule } from "./positions.js";

/**
 * What the columns that are asked for are told.
 * @throws UsageError `bad-option`, `missing-option`, `ignored-option`
 */
export function columnOptions(
	names: readonly string[],
	given: Partial<Resolved<typeof columnTable>> & {
		strata?: string | undefined;
	},
): ColumnOptions {
	const { chunk, positions, globalAttention } = given;
	const rule =
		positions === undefined ? undefined : parsePositionRule(positions);
	if (typeof rule === "string")
		throw new UsageError("bad-option", `${optionName("positions")}${rule}.`);
	const wanted = new Set(names.map((name) => rowColumn(name).needs));
	for (const option of ["chunk", "positions", "globalAttention"] as const)
		if (given[option] !== undefined && !wanted.has(option))
			throw new UsageError(
				"ignored-option",
				`${optionName(option)} would change nothing: it is for ${optionName("columns", columns.where(({ needs }) => needs === option)[0])}. Give that, or leave it out.`,
			);
	for (const name of names) {
		const { needs } = rowColumn(name);
		if (needs === "chunk" || needs === "positions" || needs === "strata")
			if (given[needs] === undefined)
				throw new UsageError(
					"missing-option",
					`the column ${name} needs ${optionName(needs)}${needs === "strata" ? ", which are of a build of texts" : ""}: give it, or leave the column out.`,
				);
	}
	return {
		...(chunk !== undefined && { chunk }),
		...(rule !== undefined && { positions: rule }),
		...(wanted.has("globalAttention") && {
			globalAttention: globalAttention ?? globalAttentions.names[0],
		}),
	};
}
