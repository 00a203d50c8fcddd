import type { Beside, InputFile } from "../source.js";

/** The path of a file that stands beside one that has an ending. */
export function pathBeside(path: string, { ending, by }: Beside): string {
	return path.slice(0, path.length - ending.length) + by;
}

/** The file with an ending that was found beside another; null: there is none. */
export function besideOf(
	{ beside = [] }: InputFile,
	by: string,
): { path: string; size: number } | null {
	return beside.find(({ path }) => path.endsWith(by)) ?? null;
}
