import { entryOf, type Given } from "../core/option.js";
import type { Random } from "../core/random.js";
import { registry } from "../core/registry.js";
import { optionsOfEntries, resolveOptions } from "../core/resolve-options.js";
import { balanced } from "./balanced.js";
import type { OrderedRows, RowOrder } from "./row-order.js";
import { shuffled } from "./shuffled.js";

const entries = { shuffled, balanced };

export type OrderName = keyof typeof entries;

/** Every order of rows by name. A new one is a file in this folder and a line here. */
export const rowOrders = registry<OrderName, RowOrder>("order", entries);

/** The options of ordering rows. */
export const orderTable = {
	order: entryOf(rowOrders, {
		default: "shuffled",
		help: "the order in which rows are written",
	}),
	...optionsOfEntries("order", entries),
};

export type OrderOptions = Given<typeof orderTable>;

/**
 * Orders rows.
 * @param costs Cost of each row, such as `packCosts` has.
 * @throws UsageError for options that cannot be
 */
export function orderRows(
	costs: Float64Array,
	options: OrderOptions,
	random: Random,
): OrderedRows {
	const values = resolveOptions(orderTable, options);
	return rowOrders.find(values.order).order(costs, values, random);
}
