import type { AuditedFile, AuditKind } from "../kind.js";
import { readShards } from "./mds-index.js";
import { attention, labels, mask } from "./roles.js";
import { tableRows } from "./table-rows.js";

const roles = { attention_mask: attention, labels, loss_mask: mask };

/** Directories above a shard's in which its index may be. */
const MOST_ABOVE = 2;

export const mds: AuditKind = {
	meaning: "samples of MosaicML streaming, in which EOS parts documents",
	readFrom: ["tokens", "input_ids", ...Object.keys(roles), "index.json"],
	formats: ["mds"],
	guessesBorders: true,
	dealsFiles: true,
	rows: (file) => tableRows(file, ["tokens", "input_ids"], roles, true),
	async lookBeside(files, rows) {
		const byIndex = new Map<string, { audited: AuditedFile; rows: number }[]>();
		for (const [i, audited] of files.entries()) {
			const path = await indexOf(audited);
			if (path === null)
				audited.onUnusable(
					audited.file.path,
					"there is no index.json in its directory or above, without which streaming finds no shard",
				);
			else
				byIndex.set(path, [
					...(byIndex.get(path) ?? []),
					{ audited, rows: rows[i] },
				]);
		}
		for (const [path, found] of byIndex) await compare(path, found);
	},
};

/** The index that lists a shard; several directories may share that of one above. */
async function indexOf({ file, storage }: AuditedFile): Promise<string | null> {
	let directory = directoryOf(file.path);
	for (let above = 0; above <= MOST_ABOVE; above++) {
		const path = `${directory}index.json`;
		if ((await storage.stat(path)) !== null) return path;
		if (directory === "" || directory === "/") break;
		directory = directoryOf(directory.slice(0, -1));
	}
	return null;
}

/** Compares an index with the shards that were read. */
async function compare(
	path: string,
	found: readonly { audited: AuditedFile; rows: number }[],
): Promise<void> {
	const [{ audited }] = found;
	const { storage, onUnusable } = audited;
	const size = (await storage.stat(path))?.size ?? 0;
	const shards = await readShards(storage, path, size);
	if (shards === null) {
		onUnusable(path, "it is no index of MDS in JSON");
		return;
	}
	const directory = directoryOf(path);
	const listed = new Map(
		shards.map(({ name, samples }) => [directory + name, samples]),
	);
	for (const { audited, rows } of found) {
		const own = audited.file.path;
		const samples = listed.get(own);
		listed.delete(own);
		if (samples === undefined)
			onUnusable(own, `${path} does not list it, so its samples are not read`);
		else if (samples !== rows)
			onUnusable(
				own,
				`${path} says that it has ${samples} samples, and ${rows} can be read`,
			);
	}
	for (const missing of listed.keys())
		if ((await storage.stat(missing)) === null)
			onUnusable(missing, `there is no such file, and ${path} lists it`);
}

function directoryOf(path: string): string {
	return path.slice(0, path.lastIndexOf("/") + 1);
}
