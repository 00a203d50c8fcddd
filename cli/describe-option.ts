import { writeOptions } from "../src/core/errors.js";
import type { Option, OptionTable } from "../src/core/option.js";
import type { OptionType } from "../src/core/option-types.js";

/** What stands for a value: `n`, or `input...` for several words. */
export function valueText({ placeholder, written }: OptionType): string {
	return `${placeholder}${written === "words" ? "..." : ""}`;
}

/**
 * The default of an option in words; null where there is none, or it is false.
 * @param write How an option is written: as a flag, or as the library has it.
 */
export function defaultText(
	option: Option,
	write: (name: string) => string,
): string | null {
	if (option.defaultText !== undefined)
		return writeOptions(option.defaultText, write);
	const value = option.default;
	if (value === undefined || value === false) return null;
	return typeof value === "number" ? countText(value) : String(value);
}

/** A number as it is given: 67108864 as "64M". */
function countText(value: number): string {
	let unit = 0;
	while (unit < 4 && value >= 2 ** 16 && value % 1024 === 0) {
		value /= 1024;
		unit++;
	}
	return `${value}${["", "K", "M", "G", "T"][unit]}`;
}

/**
 * The values of other options that an option goes with, in words: `with --layout
 * packed; not with --packer concat`. Null where it goes with all.
 * @param write How an option is written: as a flag, or as the library has it.
 */
export function goesWith(
	{ of = {}, required }: Option,
	table: OptionTable,
	write: (name: string) => string,
): string | null {
	const parts = Object.entries(of).flatMap(([selector, values]) => {
		const option = write(selector);
		const choices = table[selector]?.type.choices ?? null;
		const others = choices?.filter((choice) => !values.includes(choice));
		// One that has to be given wherever the other is.
		if (others?.length === 0) return required ? [`with ${option}`] : [];
		if (values.length === 1 && values[0] === "true") return [`with ${option}`];
		return others === undefined || values.length <= others.length
			? [`with ${option} ${values.join(", ")}`]
			: [`not with ${option} ${others.join(", ")}`];
	});
	return parts.length === 0 ? null : parts.join("; ");
}
