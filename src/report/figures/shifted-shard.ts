import type { AuditKind } from "../../audit/kind.js";
import {
	lengths,
	shiftedLabels,
	shiftedMask,
	starts,
} from "../../audit/kinds/roles.js";
import { tableRows } from "../../audit/kinds/table-rows.js";
import { SeqpackError } from "../../core/errors.js";
import { MANIFEST } from "../../dataset/manifest.js";
import { readManifest } from "../../dataset/read-manifest.js";
import { sourceFormats } from "../../sources/formats.js";
import { storageAt } from "../../storage/storages.js";

const roles = {
	...{ seq_lengths: lengths, seq_start_id: starts },
	...{ loss_mask: shiftedMask, labels: shiftedLabels },
};

/** Shards of a dataset whose masks and labels stand with the token before. */
export const shiftedShard: Pick<AuditKind, "meaning" | "formats" | "rows"> = {
	meaning: "rows of a dataset whose masks and labels are shifted",
	formats: sourceFormats.where(({ openTable }) => openTable !== undefined),
	rows: (file) => tableRows(file, ["input_ids"], roles),
};

/** Directories of a dataset that a shard is in, at most. */
const DEEPEST = 3;

/** Whether a file is in a dataset that shifts, as far as can be told: its own columns do not say it. */
export async function isShifted(path: string): Promise<boolean> {
	try {
		return await findShift(path);
	} catch (error) {
		if (!(error instanceof SeqpackError)) throw error;
		return false;
	}
}

async function findShift(path: string): Promise<boolean> {
	const storage = storageAt(path);
	let directory = path;
	for (let i = 0; i < DEEPEST; i++) {
		const end = directory.lastIndexOf("/");
		if (end <= 0 && i > 0) return false;
		directory = end < 0 ? "." : directory.slice(0, end);
		if ((await storage.stat(`${directory}/${MANIFEST}`)) !== null)
			return (await readManifest(directory)).settings.shift === true;
	}
	return false;
}
