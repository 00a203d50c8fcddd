/**
 * A sentence of an error without what a build could be told to do: an audit has no such
 * option. `optionName` marks where one is named.
 */
export function withoutAdvice(sentence: string): string {
	const end = sentence.endsWith(".") ? "." : "";
	return sentence.replace(/[,;:] (or |for others )?give \uFDD0.*$/s, end);
}
