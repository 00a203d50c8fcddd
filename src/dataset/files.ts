import type { Storage } from "../storage/storage.js";

/** The paths of all files in `data/`, its buckets and `index/`, whoever wrote them. */
export async function filesOfDataset(
	storage: Storage,
	directory: string,
): Promise<string[]> {
	const files: string[] = [];
	const walk = async (path: string) => {
		const found = await storage.stat(`${directory}/${path}`);
		if (found?.kind !== "directory") {
			if (found !== null) files.push(path);
			return;
		}
		for (const name of await storage.list(`${directory}/${path}`))
			await walk(`${path}/${name}`);
	};
	await walk("data");
	await walk("index");
	return files;
}
