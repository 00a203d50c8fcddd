import { optionName } from "../../core/errors.js";
import type { ByteCursor } from "../bytes/byte-cursor.js";
import { BadInput } from "../source.js";
import { type MdsColumn, parseColumns } from "./columns.js";

const MOST_SAMPLES = 1 << 24;
const LONGEST_DESCRIPTION = 1 << 20;

export const mdsReasons = {
	"corrupt-mds": "the head or a sample of an MDS shard is damaged",
	"truncated-mds": "an MDS shard ends too early",
};

/** What stands before the samples of a shard. */
export interface MdsHead {
	samples: number;
	columns: MdsColumn[];
	/** Where sample i begins, and where the last one ends, in bytes from the shard's beginning. */
	offsetOf(sample: number): number;
}

/**
 * Reads the head of a shard: uint32 samples, uint32 offsets[samples + 1], and its
 * description in JSON up to the first offset.
 * @param cursor At the shard's beginning; after its head then.
 * @throws BadInput
 */
export async function readMdsHead(cursor: ByteCursor): Promise<MdsHead> {
	if (!(await cursor.fill(4))) throw truncatedMds("it has no head");
	const samples = cursor.take(4).readUInt32LE();
	const tableSize = 4 * (samples + 1);
	const cut = truncatedMds(
		`it ends inside its head, which is that of ${samples} samples`,
	);
	if (tableSize > cursor.left) throw cut;
	if (samples > MOST_SAMPLES)
		throw corruptMds(
			`the shard says that it has ${samples} samples, more than the ${MOST_SAMPLES} that can be read of one`,
		);
	if (!(await cursor.fill(tableSize))) throw cut;
	const table = cursor.take(tableSize);
	const length = table.readUInt32LE(0) - cursor.position;
	if (length < 0 || length > LONGEST_DESCRIPTION)
		throw corruptMds(
			`the shard says that its first sample begins at byte ${table.readUInt32LE(0)}, after a description of ${length} bytes`,
		);
	if (!(await cursor.fill(length))) throw cut;
	const columns = parseColumns(cursor.take(length));
	if (typeof columns === "string")
		throw corruptMds(`the shard's description is wrong: ${columns}`);
	return {
		samples,
		columns,
		offsetOf: (sample) => table.readUInt32LE(4 * sample),
	};
}

/** @param what What is wrong, as a sentence without its end. */
export function corruptMds(what: string): BadInput {
	return new BadInput(
		"corrupt-mds",
		`${what}. Fetch or write the file again, or give ${optionName("onError", "skip")}`,
	);
}

/** @param what What shows it, in words: `it has no head`. */
export function truncatedMds(what: string): BadInput {
	return new BadInput(
		"truncated-mds",
		`the shard was cut short: ${what}. Fetch or write the file again, or give ${optionName("onError", "skip")} to use the samples before this place`,
	);
}
