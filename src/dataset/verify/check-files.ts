import type { Storage } from "../../storage/storage.js";
import { faultOfFile } from "../file-fault.js";
import { type DatasetFile, filesOf, type Manifest } from "../manifest.js";
import type { Problems } from "./problems.js";

/**
 * Size and checksum of a file. What is not the file that the manifest means is a
 * problem, and is not to be read.
 */
export async function isAsListed(
	storage: Storage,
	directory: string,
	file: DatasetFile,
	problems: Problems,
): Promise<boolean> {
	const fault = await faultOfFile(storage, directory, file);
	if (fault !== null) problems.add(`${file.path} ${fault}`);
	return fault === null;
}

/** Files beside the dataset's own, which who reads its directories would load with them. */
export async function checkStrangers(
	storage: Storage,
	directory: string,
	manifest: Manifest,
	problems: Problems,
): Promise<void> {
	const known = new Set(filesOf(manifest).map(({ path }) => path));
	const tops = new Set(
		[...known]
			.filter((path) => path.includes("/"))
			.map((path) => path.slice(0, path.indexOf("/"))),
	);
	const walk = async (path: string) => {
		const found = await storage.stat(`${directory}/${path}`);
		if (found?.kind === "directory")
			for (const name of await storage.list(`${directory}/${path}`))
				await walk(`${path}/${name}`);
		else if (found !== null && !known.has(path))
			problems.add(`${path} is not in the manifest; trainers may read it`);
	};
	for (const top of tops) await walk(top);
}
