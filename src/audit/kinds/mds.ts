import { storageAt } from "../../storage/storages.js";
import type { AuditKind } from "../kind.js";
import { readShards } from "./mds-index.js";
import { attention, labels, mask } from "./roles.js";
import { tableRows } from "./table-rows.js";

const roles = { attention_mask: attention, labels, loss_mask: mask };

export const mds: AuditKind = {
	meaning: "samples of MosaicML streaming, in which EOS parts documents",
	readFrom: ["tokens", "input_ids", ...Object.keys(roles), "index.json"],
	formats: ["mds"],
	guessesBorders: true,
	dealsFiles: true,
	rows: (file) => tableRows(file, ["tokens", "input_ids"], roles, true),
	async lookBeside(files, rows) {
		const directories = new Set(
			files.map(({ file }) => directoryOf(file.path)),
		);
		for (const directory of directories) {
			const path = `${directory}index.json`;
			const [{ onUnusable }] = files;
			const storage = storageAt(path);
			const found = await storage.stat(path);
			if (found === null) {
				onUnusable(
					path,
					"there is no such file, without which streaming finds no shard",
				);
				continue;
			}
			const shards = await readShards(storage, path, found.size);
			if (shards === null) {
				onUnusable(path, "it is no index of MDS in JSON");
				continue;
			}
			const listed = new Map(
				shards.map(({ name, samples }) => [directory + name, samples]),
			);
			for (const [i, { file }] of files.entries()) {
				if (directoryOf(file.path) !== directory) continue;
				const samples = listed.get(file.path);
				listed.delete(file.path);
				if (samples === undefined)
					onUnusable(
						file.path,
						`${path} does not list it, so its samples are not read`,
					);
				else if (samples !== rows[i])
					onUnusable(
						file.path,
						`${path} says that it has ${samples} samples, and ${rows[i]} can be read`,
					);
			}
			for (const missing of listed.keys())
				if ((await storage.stat(missing)) === null)
					onUnusable(missing, `there is no such file, and ${path} lists it`);
		}
	},
};

function directoryOf(path: string): string {
	return path.slice(0, path.lastIndexOf("/") + 1);
}
