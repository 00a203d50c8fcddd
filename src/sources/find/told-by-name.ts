import { sum } from "../../core/arithmetic.js";
import { STANDARD_INPUT } from "../../storage/spool.js";
import { nameAt } from "../../storage/storages.js";
import { usualTaskSize } from "../divide.js";
import {
	compressionOfName,
	formatsOfName,
	sourceFormats,
	usualBytes,
} from "../formats.js";
import type { Candidate } from "./candidate.js";
import type { Detected } from "./detect.js";

/** Of so many files or more each one is looked into by the task that reads it. */
export const MANY = 512;

/**
 * What files are by their names, where the names say all of it, and the files are no larger than a task: who
 * reads them looks into them. Names and sizes alone decide, so that a corpus is planned in the
 * same way wherever it lies. Few are looked into all the same: what is wrong with them is told at once.
 * @param given The format that holds for all files; null where it is to be found out.
 * @param taskSize Uncompressed bytes; null: as is usual.
 * @returns By file; null for one that is to be looked into.
 */
export function toldByName(
	files: readonly Candidate[],
	given: string | null,
	taskSize: number | null,
): (Detected | null)[] {
	const told = files.map((file) => kindByName(file, given));
	const sizes = told.map((kind, i) =>
		kind === null ? files[i].size : usualBytes(files[i].size, kind),
	);
	const most = taskSize ?? usualTaskSize(sum(sizes));
	const small = told.map((kind, i) => (sizes[i] <= most ? kind : null));
	const count = small.filter((kind) => kind !== null).length;
	return count < MANY ? small.map(() => null) : small;
}

function kindByName(
	{ path, size, identity, asked }: Candidate,
	given: string | null,
) {
	// Standard input has no name; nothing has to be read of what is empty.
	const isStandardInput = asked === STANDARD_INPUT && identity === asked;
	if (size === 0 || isStandardInput) return null;
	const name = nameAt(path);
	const [format, ...others] = given === null ? formatsOfName(name) : [given];
	if (format === undefined || others.length > 0) return null;
	const { beside, leaveOut, compressible } = sourceFormats.find(format);
	if (beside !== undefined || leaveOut !== undefined) return null;
	const compression = compressionOfName(name);
	if (compression !== null && !compressible) return null;
	return {
		...{ format, compression, contradicts: false, fingerprint: null },
		beside: [],
		unseen: given === null ? "named" : "given",
	} as const;
}
