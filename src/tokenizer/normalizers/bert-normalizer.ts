import { changeBeyondAscii, classOf, WHITE_SPACE } from "./character-class.js";
import { toForm } from "./forms.js";
import { toLowerCase } from "./lower-case.js";
import type { ReadNormalizer } from "./normalizer.js";
import {
	formatsOfUnicode8,
	nonspacingMarksOfUnicode8,
} from "./unicode-tables.js";

type Step = (text: string) => string;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ASCII_CONTROLS = /[\0-\x1f\x7f]+/g;

/** Of these three stay as spaces. */
const cleanAscii: Step = (text) =>
	text.replace(ASCII_CONTROLS, (controls) =>
		controls === "\n"
			? " "
			: " ".repeat(controls.match(/[\t\n\r]/g)?.length ?? 0),
	);

const OTHERS = new RegExp(
	`[\\x80-\\x9f\\ufffd${classOf(formatsOfUnicode8)}\\ue000-\\uf8ff\\u{f0000}-\\u{ffffd}\\u{100000}-\\u{10fffd}]+`,
	"gv",
);
const SPACES = new RegExp(`[${WHITE_SPACE}]`, "gv");

const clean: Step = (text) => text.replace(OTHERS, "").replace(SPACES, " ");

/** As the library has them: not all of those that Unicode has. */
const CHINESE =
	/[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

const spaceChinese: Step = (text) => text.replace(CHINESE, " $& ");

const ACCENTS = new RegExp(`[${classOf(nonspacingMarksOfUnicode8)}]+`, "gv");

const stripAccents: Step = (text) => toForm("NFD", text).replace(ACCENTS, "");

export const bertNormalizer: ReadNormalizer = (component) => {
	const cleans = component.flag("clean_text");
	const lowers = component.flag("lowercase");
	const strips =
		(component.raw("strip_accents") ?? null) === null
			? lowers
			: component.flag("strip_accents");
	/** What they do to a text, they do to each part beyond ASCII. */
	const steps: Step[] = [];
	if (cleans) steps.push(clean);
	if (component.flag("handle_chinese_chars")) steps.push(spaceChinese);
	if (strips) steps.push(stripAccents);
	const beyondAscii: Step = (part) =>
		steps.reduce((so, step) => step(so), part);
	return {
		type: component.type,
		apply(text) {
			const cleaned = changeBeyondAscii(
				cleans ? cleanAscii(text) : text,
				beyondAscii,
			);
			return lowers ? toLowerCase(cleaned) : cleaned;
		},
	};
};
