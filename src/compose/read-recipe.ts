import { dirname } from "node:path";
import { UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import { readDocuments } from "../documents/read-documents.js";
import { parseFile, textOfFile } from "../options/parse-file.js";
import { badRecipe } from "../recipes/faults.js";
import { withLists } from "../recipes/recipe.js";
import { pathFrom } from "../storage/paths.js";
import { readAll, readIfThere } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";

/**
 * A recipe out of a file, YAML or JSON (`.json`), with the lists that it names by `@FILE` in it: of a
 * text file its lines, else a record each. Paths in it go from the directory of the recipe's file.
 * @throws UsageError `no-recipe`, `bad-recipe`
 */
export async function readRecipe(path: string): Promise<unknown> {
	const content = await readIfThere(storageAt(path), path);
	if (content === null)
		throw new UsageError("no-recipe", `there is no file ${path}.`);
	const directory = dirname(path);
	return withLists(
		parseFile(path, textOfFile(path, content, badRecipe), badRecipe),
		(list) => readList(path, list, pathFrom(directory, list)),
	);
}

/**
 * @param recipe The recipe that names it.
 * @param name The list as it is named there.
 */
async function readList(
	recipe: string,
	name: string,
	path: string,
): Promise<unknown> {
	const found = await storageAt(path).stat(path);
	if (found === null || found.kind === "directory")
		throw badRecipe(
			recipe,
			`it names the list ${quoted(`@${name}`)}, and there is no file ${path}: the names of lists go from the directory of the recipe`,
		);
	if (/\.txt$/i.test(path)) {
		const content = await readAll(storageAt(path), path);
		const lines = content.toString("utf8").split(/\r?\n/);
		return lines.filter((line) => line !== "");
	}
	const items: unknown[] = [];
	for await (const { texts, ids } of readDocuments([path]))
		for (const [i, text] of texts.entries())
			items.push({ id: ids[i] ?? String(items.length), text });
	return items;
}
