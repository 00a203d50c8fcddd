import { optionName, UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";

/** The texts, or whatever is measured, with lengths in a range. */
export interface Stratum {
	readonly name: string;
	/** The largest length that is too short; -1: none is. */
	readonly above: number;
	/** The largest length of it; Infinity: there is none. */
	readonly upTo: number;
}

const EXAMPLE = "10:5-15,30:25-35,>40:40-";

/**
 * Reads strata such as `10:5-15,30:25-35,>40:40-`: names, and ranges of lengths. A range is above
 * its first number, and up to its last: 5-15 is 6 to 15. One of the numbers may be left out.
 * @param option The option that they are given as.
 * @throws UsageError `bad-option` for what is no range, is empty, or overlaps another
 */
export function parseStrata(written: string, option = "strata"): Stratum[] {
	const fault = (why: string) =>
		new UsageError(
			"bad-option",
			`${optionName(option)} is ${quoted(written)}: ${why}. Give names and ranges, such as ${EXAMPLE}.`,
		);
	const strata = written
		.split(/[,\s]+/)
		.filter((part) => part !== "")
		.map((part): Stratum => {
			const match = /^(.+):(\d*)-(\d*)$/u.exec(part);
			if (match === null) throw fault(`${quoted(part)} is no name and range`);
			const [, name, first, last] = match;
			const above = first === "" ? -1 : Number(first);
			const upTo = last === "" ? Infinity : Number(last);
			if (!(above < upTo))
				throw fault(
					`no length is in ${name}, which is above ${above} and up to ${upTo}`,
				);
			return { name, above, upTo };
		});
	if (strata.length === 0) throw fault("it names none");
	const names = new Set<string>();
	for (const { name } of strata) {
		if (names.has(name)) throw fault(`${name} is there twice`);
		names.add(name);
	}
	const sorted = strata.toSorted((a, b) => a.above - b.above);
	for (const [i, { name, above }] of sorted.entries())
		if (i > 0 && above < sorted[i - 1].upTo)
			throw fault(
				`${sorted[i - 1].name} and ${name} overlap: both have the length ${above + 1}`,
			);
	return strata;
}
