import { nameAt } from "../../storage/storages.js";

/** Paths below the deepest directory that holds them all. */
export function belowShared(paths: readonly string[]): string[] {
	const split = paths.map((path) => nameAt(path).split("/"));
	const [first = []] = split;
	let shared = 0;
	while (
		shared < first.length - 1 &&
		split.every(
			(parts) => parts.length > shared + 1 && parts[shared] === first[shared],
		)
	)
		shared++;
	return split.map((parts) => parts.slice(shared).join("/"));
}
