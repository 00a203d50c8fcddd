import { optionName, UsageError } from "../core/errors.js";
import type { Resolved } from "../core/option.js";
import type { Settings } from "../dataset/settings.js";
import { rowColumn } from "../masks/columns.js";
import type { packStoreTable } from "../options/pack-store.js";

/**
 * How rows of a packing hold prefixes that documents share; nothing where that is not asked for.
 * @param carry The fields that the store carries.
 * @throws UsageError `bad-option` for what rows of trees cannot have
 */
export function treeSettings(
	values: Resolved<typeof packStoreTable>,
	{ carry = [] }: Pick<Settings, "carry">,
): Pick<Settings, "prefixTree"> {
	if (!values.prefixTree) return {};
	const wrong = values.columns.filter(
		(name) =>
			rowColumn(name).ofTrees !== true || rowColumn(name).entries === "token",
	);
	for (const [name, value, isGiven, why] of [
		[
			"maxSequences",
			values.maxSequences,
			values.maxSequences !== undefined,
			"a row holds trees, each of which is many sequences",
		],
		[
			"padDocumentToMultiple",
			values.padDocumentToMultiple,
			(values.padDocumentToMultiple ?? 1) > 1,
			"what attention sees as one sequence are several nodes, with nothing between them",
		],
		[
			"lossWeight",
			values.lossWeight,
			values.lossWeight !== undefined,
			"a token is a label of several documents; batches have target_weight for it",
		],
		[
			"columns",
			wrong.join(","),
			wrong.length > 0,
			"these say of each sequence what is not so of a node that several documents are through; batches make position_ids, subtree_end, target_from and target_weight",
		],
	] as const)
		if (isGiven)
			throw new UsageError(
				"bad-option",
				`${optionName(name, value)} cannot be had with ${optionName("prefixTree", true)}: ${why}. Leave out one of them.`,
			);
	if (carry.length > 0)
		throw new UsageError(
			"bad-option",
			`${optionName("prefixTree", true)} cannot be had of a store that carries ${carry.join(", ")}: these are of one document each, and several share a node. Leave it out, or build the store without ${optionName("carry")} and look fields up by path_doc_ids.`,
		);
	return { prefixTree: { minShared: values.minShared } };
}
