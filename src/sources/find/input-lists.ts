import { UsageError } from "../../core/errors.js";
import { readIfThere } from "../../storage/storage.js";
import { storageAt } from "../../storage/storages.js";

/**
 * The inputs with those that lists name in the place of the lists. An input that begins
 * with "@" is a list: a file with an input on each line, blank lines and lines that
 * begin with "#" passed over. Relative paths go by the working directory, as those do
 * that are given by themselves. Lists name no lists.
 * @throws UsageError `no-such-input`, `empty-list`
 */
export async function expandLists(
	inputs: readonly string[],
): Promise<string[]> {
	const expanded: string[] = [];
	for (const input of inputs)
		if (!input.startsWith("@")) expanded.push(input);
		else for (const named of await listed(input.slice(1))) expanded.push(named);
	return expanded;
}

async function listed(path: string): Promise<string[]> {
	const content = path === "" ? null : await readIfThere(storageAt(path), path);
	if (content === null)
		throw new UsageError(
			"no-such-input",
			`there is no file ${path} with a list of inputs. An input whose name begins with @ is written ./@${path}.`,
		);
	const inputs = content
		.toString("utf8")
		.replace(/^\ufeff/, "")
		.split(/\r?\n/)
		.map((line) => line.trim())
		.filter((line) => line !== "" && !line.startsWith("#"));
	if (inputs.length === 0)
		throw new UsageError(
			"empty-list",
			`the list of inputs ${path} names none: write one on each line.`,
		);
	return inputs;
}
