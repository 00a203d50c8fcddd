import { CharacterTable } from "./character-table.js";

/**
 * Does the same to a text, by a table that is made when the first text comes.
 * @param apply Looks at one character at a time.
 * @param sortsMarks As of `Normalizer.byCharacter`.
 */
export function byTable(
	apply: (text: string) => string,
	sortsMarks: boolean,
): (text: string) => string {
	let table: CharacterTable | null = null;
	return (text) => {
		table ??= new CharacterTable(apply, sortsMarks);
		return table.apply(text);
	};
}
