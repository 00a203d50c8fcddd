import type { ComposeResult } from "../src/compose/compose-files.js";
import { counted, grouped } from "../src/core/number-texts.js";
import { shellWord } from "../src/core/text.js";
import { forms } from "../src/recipes/forms.js";
import { doneText } from "./done-text.js";
import { asFlag } from "./fail.js";

/** What composing came to, for people. */
export function describeComposed(result: ComposeResult): string {
	const { out, read, records, form, marksMessages } = result;
	const { skipped, leftOut, counts, injected } = result;
	const told = Object.entries({ ...leftOut, ...skipped, ...counts });
	return [
		doneText(result, `Composed ${out}`),
		`  records    ${grouped(records)} of ${grouped(read)} that were read, as ${form}`,
		...(injected > 0 ? [`  injected   ${counted(injected, "span")}`] : []),
		...(told.length > 0
			? [
					`  counted    ${told.map(([name, count]) => `${name} ${grouped(count)}`).join(", ")}`,
				]
			: []),
		`  next       seqpack build ${shellWord(out)} --tokenizer ...${flagsFor(form, marksMessages)} --parts-field parts`,
		"",
	].join("\n");
}

function flagsFor(form: ComposeResult["form"], isMarked: boolean): string {
	return Object.entries(forms[form].readWith(isMarked))
		.map(([option, value]) => ` ${asFlag(option, value)}`)
		.join("");
}
