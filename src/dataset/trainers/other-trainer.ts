import type { ExportFormat, ExportSource } from "../exports/export-format.js";
import { type ExportName, exportFormats } from "../exports/exports.js";
import { TRAIN } from "../splits.js";
import type { Snippet } from "./trainer.js";

/** A program that trains, and is given rows by an export or by the reader in Python: `build` knows nothing of it. */
export interface OtherTrainer {
	/** As its makers write it. */
	readonly title: string;
	/** One line, for docs. */
	readonly meaning: string;
	/** The version that this was tried with, and how; or what was not. */
	readonly tried: string;
	/** What it reads an export as; null: it reads a plan. */
	readonly to: ExportName | null;
	/** What of these lines is easily left out. */
	readonly key: string;
	readonly load: Snippet;
	/** What goes wrong in silence otherwise, or is not there, as sentences. */
	readonly traps: readonly string[];
}

type Told = Pick<OtherTrainer, "title" | "tried" | "key">;

/** Packed rows of 8,192 tokens, all of them trained on. */
const ROWS: ExportSource = {
	isDocuments: false,
	isMixed: false,
	sharesRows: true,
	plusOne: false,
	isMasked: false,
	hasDocIds: true,
	isOrdered: false,
	vocabSize: 50_257,
	eos: 50_256,
	tokenizer: "",
	planHash: "",
	shortRows: "pad",
	padId: 50_256,
	shardTokens: null,
	shardRows: null,
};

/** A trainer that reads an export: the lines are those that the export prints. */
export function byExport(
	told: Told & {
		to: ExportName;
		language?: Snippet["language"];
		traps?: readonly string[];
	},
): OtherTrainer {
	const { to, language = "python", traps = [], ...rest } = told;
	const format = exportFormats.find(to);
	const part = { directory: "", split: TRAIN, rowLength: 8192 };
	const source = { ...ROWS, shortRows: format.shortRows[0] };
	return {
		...rest,
		to,
		meaning: placesOf(format),
		load: { language, lines: format.reading(part, source, {}) },
		traps: [
			...format.notices(source, {}).map((notice) => `${capital(notice)}.`),
			...traps,
		],
	};
}

/** A trainer that reads a plan with the reader in Python. */
export function byReader(
	told: Omit<OtherTrainer, "to" | "load"> & { lines: readonly string[] },
): OtherTrainer {
	const { lines, ...rest } = told;
	return {
		...rest,
		to: null,
		load: { language: "python", lines },
	};
}

/** Where borders and masks are. */
function placesOf({ borders, mask }: ExportFormat): string {
	if (borders === null && mask === null)
		return "an export that has neither borders of sequences nor masks";
	const place = (where: string | null) =>
		where?.startsWith(".") ? `\`${where}\`` : (where ?? "nowhere");
	return `an export: borders of sequences are in ${place(borders)}, masks in ${place(mask)}`;
}

/** Names of programs are written as they are. */
function capital(sentence: string): string {
	return sentence.replace(/^what\b/, "What");
}
