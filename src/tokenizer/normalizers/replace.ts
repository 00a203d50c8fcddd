import { compilePattern, ofPattern } from "../patterns/find-matches.js";
import { replacer } from "../replace-pattern.js";
import { LOWER_BLOCK } from "../spaces.js";
import { endOfCharacter, lastOf, type ReadNormalizer } from "./normalizer.js";

export const replace: ReadNormalizer = (component) => {
	const apply = replacer(component);
	const content = component.text("content");
	const pattern = component.pattern("pattern");
	const find = ofPattern(component, "pattern", compilePattern);
	const marksSpaces =
		"string" in pattern && pattern.string === " " && content === LOWER_BLOCK;
	return {
		type: component.type,
		apply,
		kernel: marksSpaces ? "spaces" : undefined,
		firstAfter(text, first) {
			const end = endOfCharacter(text, first);
			const finder = find();
			finder.begin(text);
			let before = "";
			let done = 0;
			while (done < end || end === 0) {
				if (!finder.next()) break;
				before += text.slice(done, Math.min(finder.start, end));
				done = finder.end;
				// What is written has the place of the last character that it replaces.
				if (finder.start > end || finder.end > end) break;
				before += content;
			}
			return lastOf(before + text.slice(done, Math.max(done, end)));
		},
	};
};
