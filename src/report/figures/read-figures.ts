import { optionName, UsageError } from "../../core/errors.js";
import { resolveOptions } from "../../core/resolve-options.js";
import { withoutSlashes } from "../../core/text.js";
import { type FiguresOptions, figuresTable } from "../../options/figures.js";
import { storageAt } from "../../storage/storages.js";
import type { FigureReader } from "./figure-kind.js";
import { figureKinds } from "./figure-kinds.js";
import type { Figures } from "./figures.js";

/**
 * Tells what there is to see of a path, whatever it is: see `figureKinds`. Counts are those of the
 * manifest; lengths are read, and no tokens but those of the rows that are shown.
 * @throws UsageError, DataError where it is nothing that can be read
 */
export async function readFigures(
	path: string,
	options: FiguresOptions = {},
): Promise<Figures> {
	const settings = resolveOptions(figuresTable, options);
	if (settings.rows !== undefined && settings.document !== undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("rows")} would change nothing beside ${optionName("document")}, which shows the rows of a document: give one of the two.`,
		);
	const place = withoutSlashes(path);
	const storage = storageAt(place);
	const kinds = isOneFile(place)
		? [figureKinds.inputs]
		: Object.values(figureKinds);
	for (const kind of kinds)
		if (await kind.find(place, storage)) {
			requireUsed(place, kind, options);
			return kind.read(place, settings);
		}
	throw new UsageError("no-such-input", `there is nothing at ${place}.`);
}

/** Whether a URL has a query: servers answer with the same file whatever path is added to it. */
function isOneFile(path: string): boolean {
	return /^https?:\/\/[^?#]*[?#]/i.test(path);
}

/** Options that mean something whatever is there, or may be given for several paths. */
const ofAll = ["tokenizer", "tokens", "all", "onProgress"];

function requireUsed(
	path: string,
	{ meaning, options = [] }: FigureReader,
	given: FiguresOptions,
): void {
	const used: readonly string[] = [...ofAll, ...options];
	const other = Object.entries(given).find(
		([name, value]) => value !== undefined && !used.includes(name),
	);
	if (other !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName(other[0])} would change nothing: ${path} is ${meaning}. Leave it out.`,
		);
}
