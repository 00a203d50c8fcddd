import { text } from "../../core/option.js";
import type { Draft, RecipeRecord } from "../draft.js";
import { textOfField } from "../faults.js";

/** The field that holds the path of a record. */
export const path = text({
	placeholder: "name",
	help: "field that holds a record's path",
	defaultText: "its id, if that has a slash or a dot; else its file",
});

/** The path of a record, with "/" between its parts. */
export function pathOf(
	record: RecipeRecord,
	field: string | undefined,
): string {
	const found =
		field === undefined
			? record.id !== null && /[./\\]/.test(record.id)
				? record.id
				: record.source
			: textOfField(record, field);
	return found.replaceAll("\\", "/");
}

export function firstRecord({ pieces }: Draft): RecipeRecord {
	const found = pieces.find(({ record }) => record !== null)?.record;
	if (found == null) throw new Error("a draft that is grouped has a record");
	return found;
}

/** The directory of a path, without its slash; "" where it has none. */
export function directoryOf(path: string): string {
	return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
