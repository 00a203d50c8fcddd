import { parseDocument } from "yaml";
import { UsageError } from "../core/errors.js";
import { shortened } from "../core/text.js";
import { readDocuments } from "../documents/read-documents.js";
import { badRecipe } from "../recipes/faults.js";
import { withLists } from "../recipes/recipe.js";
import { readAll, readIfThere } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";

/**
 * A recipe out of a file, YAML or JSON (`.json`), with the lists that it names by `@FILE` in it: of a
 * text file its lines, else a record each. Paths in it go by the working directory.
 * @throws UsageError `no-recipe`, `bad-recipe`
 */
export async function readRecipe(path: string): Promise<unknown> {
	const content = await readIfThere(storageAt(path), path);
	if (content === null)
		throw new UsageError("no-recipe", `there is no file ${path}.`);
	return withLists(parse(path, content.toString("utf8")), readList);
}

function parse(path: string, text: string): unknown {
	if (/\.json$/i.test(path))
		try {
			return JSON.parse(text);
		} catch (error) {
			throw badRecipe(
				path,
				`it is not JSON (${shortened((error as Error).message)})`,
			);
		}
	const document = parseDocument(text);
	const [error] = document.errors;
	if (error !== undefined)
		throw badRecipe(
			path,
			`it is not YAML (${shortened(error.message.split("\n")[0])})`,
		);
	return document.toJS({ maxAliasCount: 100 });
}

async function readList(path: string): Promise<unknown> {
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
