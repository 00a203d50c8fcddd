import { DataError, UsageError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { resolveOptions } from "../core/resolve-options.js";
import { hasTurns } from "../dataset/settings.js";
import { splitOfName, TRAIN } from "../dataset/splits.js";
import { loadChat } from "../documents/load-chat.js";
import { findOptionsOf } from "../documents/options.js";
import { requireContent, tokenizerOf } from "../documents/tokenizer-option.js";
import {
	type BuildOptions,
	type BuildValues,
	buildTable,
} from "../options/build.js";
import { type SourceValues, sourcesOf } from "../options/sources.js";
import { findFrames } from "../sources/bytes/frames.js";
import { bytesOf, divisionOf } from "../sources/divide.js";
import { findInputs, noticesOf } from "../sources/find/find-inputs.js";
import { type LeftOut, summarizeLeftOut } from "../sources/find/left-out.js";
import type { Division } from "../sources/source.js";
import { confined } from "../storage/confined.js";
import { readTokenizerFiles } from "../storage/load-tokenizer.js";
import {
	type Spooled,
	STANDARD_INPUT,
	spoolStandardInput,
} from "../storage/spool.js";
import { storageAt } from "../storage/storages.js";
import type {
	PreparedTokenizer,
	TokenizerEngine,
} from "../tokenizer/from-json.js";
import { openKept, prepareKept } from "../tokenizer/kept-tokenizer.js";
import { requireOurs } from "./output-directory.js";
import { makePlan, type Plan, type SourceFile } from "./plan.js";
import {
	checkSettings,
	resolveSettings,
	sourceSettings,
} from "./resolve-settings.js";
import { SPOOL, STATE } from "./workspace.js";

/** A build as its options come out: what to do, and with what. Nothing is written yet. */
export interface PreparedBuild {
	out: string;
	plan: Plan;
	/** Null where nothing is to be tokenized. */
	tokenizer: PreparedTokenizer | null;
	overwrite: boolean;
	notify: (sentence: string) => void;
	/** Removes the standard input that was kept for this build alone, and what was made to keep it in. */
	discardInput: () => Promise<void>;
}

/** A build that reads its inputs. */
export interface PreparedTextBuild extends PreparedBuild {
	tokenizer: PreparedTokenizer;
	/** What was met where the inputs are, and is none. */
	leftOut: LeftOut[];
	/** How each of the plan's inputs can be divided. */
	divisions: Division[];
}

/**
 * @param mayWrite Whether standard input may be kept in the output directory; else it
 * is refused.
 * @throws UsageError, DataError for options and inputs that cannot be built from
 */
export async function prepareBuild(
	options: BuildOptions,
	{ mayWrite = true } = {},
): Promise<PreparedTextBuild> {
	const values = resolveOptions(buildTable, options);
	const sources = sourcesOf(values);
	checkSettings(values, sources.map(sourceSettings));
	tokenizerOf(values);
	const out = values.out.replace(/(?<=.)\/+$/, "");
	const input = new KeptInput(out, mayWrite);
	try {
		return await prepare(values, sources, out, input);
	} catch (error) {
		await input.discard();
		throw error;
	}
}

/** Standard input, kept as a file in the state of the build that reads it. */
class KeptInput {
	readonly #out: string;
	readonly #mayWrite: boolean;
	#kept: Spooled | null = null;

	constructor(out: string, mayWrite: boolean) {
		this.#out = out;
		this.#mayWrite = mayWrite;
	}

	/** @throws UsageError `output-in-use` where the directory is not ours to write to */
	async keep(): Promise<string> {
		const out = this.#out;
		if (!this.#mayWrite)
			throw new UsageError(
				"bad-option",
				`${STANDARD_INPUT} stands for standard input, which an estimate would have to write to ${out} to read it twice: name a file.`,
			);
		await requireOurs(out);
		const storage = confined(storageAt(out), out);
		this.#kept = await spoolStandardInput(storage, `${out}/${SPOOL}`);
		return this.#kept.path;
	}

	/** Removes it, unless an earlier build has kept the same, and the directories that are empty then. */
	async discard(): Promise<void> {
		if (this.#kept === null) return;
		const out = this.#out;
		const storage = confined(storageAt(out), out);
		if (!this.#kept.wasThere) await storage.remove(this.#kept.path);
		for (const directory of [`${out}/${SPOOL}`, `${out}/${STATE}`, out])
			await storage.removeEmpty(directory);
	}
}

async function prepare(
	values: BuildValues,
	sources: readonly SourceValues[],
	out: string,
	input: KeptInput,
): Promise<PreparedTextBuild> {
	const notify = values.onNotice ?? (() => {});
	const found: SourceFile[] = [];
	const leftOut: LeftOut[] = [];
	/** Files whose names tell a split that is not to be trained on. */
	const ofOtherSplits: string[] = [];
	for (const [of, source] of sources.entries()) {
		const inputs = await findInputs(source.inputs, {
			...findOptionsOf({ ...source, onError: values.onError }),
			output: out,
			standardInput: () => input.keep(),
		});
		for (const notice of noticesOf(inputs)) notify(notice);
		leftOut.push(...inputs.leftOut);
		for (const file of inputs.files) {
			const named = splitOfName(file.source) ?? TRAIN;
			const split = values.keepSplits ? named : TRAIN;
			found.push({ ...file, of, split });
			if (named !== TRAIN) ofOtherSplits.push(file.source);
		}
	}
	if (ofOtherSplits.length > 0)
		notify(splitNotice(ofOtherSplits, values.keepSplits));
	const asked = tokenizerOf(values);
	const { fingerprint, ...tokenizerFiles } = await readTokenizerFiles(asked);
	const prepared = prepareKept(
		fingerprint,
		tokenizerFiles,
		values.tokenizerEngine,
	);
	const tokenizer = openKept(prepared);
	const files = await inParallel(found, 16, async (file) => ({
		...file,
		frames: await findFrames(storageAt(file.path), file),
	}));
	const divisions = await inParallel(files, 16, (file) =>
		divisionOf(storageAt(file.path), file),
	);
	const inputBytes = divisions.reduce((sum, each) => sum + bytesOf(each), 0);
	const ofSources = sources.map(sourceSettings);
	for (const [source, { tokens }] of ofSources.entries())
		requireContent(
			files.filter(({ of }) => of === source),
			tokenizer,
			tokens,
		);
	const chat = ofSources.some(hasTurns)
		? await loadChat({ ...tokenizerFiles, fingerprint }, tokenizer, values)
		: null;
	const settings = resolveSettings(
		values,
		tokenizer,
		inputBytes,
		ofSources,
		chat,
		new Set(found.map(({ split }) => split)),
	);
	const { engine, vocabSize } = tokenizer;
	const plan = await makePlan(
		files,
		divisions,
		settings,
		{
			path: asked,
			asked: values.tokenizerEngine,
			fingerprint,
			engine,
			vocabSize,
		},
		{
			chat,
			leftOut: summarizeLeftOut(
				leftOut,
				files.map(({ path }) => path),
			),
			onError: values.onError,
		},
	);
	const { overwrite } = values;
	const discardInput = () => input.discard();
	return {
		out,
		plan,
		tokenizer: prepared,
		overwrite,
		notify,
		leftOut,
		divisions,
		discardInput,
	};
}

function splitNotice(files: readonly string[], isKept: boolean): string {
	const [first] = files;
	const are =
		files.length === 1
			? `the name of ${first} says`
			: `the names of ${files.length} files, such as ${first}, say`;
	return isKept
		? `${are} ${splitOfName(first)}: what is in there is kept as a split of its own`
		: `${are} ${splitOfName(first)}: what is in there is trained on like all else: splits can be kept apart`;
}

/**
 * The tokenizer of a plan, for a process that did not make the plan; null where nothing is tokenized.
 * @throws DataError `tokenizer-changed`
 */
export async function tokenizerOfPlan({
	tokenizer: { path, asked, fingerprint },
	store,
}: Pick<Plan, "tokenizer" | "store">): Promise<PreparedTokenizer | null> {
	if (store !== undefined) return null;
	const files = await readTokenizerFiles(path);
	if (files.fingerprint !== fingerprint)
		throw new DataError(
			"tokenizer-changed",
			`${files.name} is not the tokenizer that the build was planned with: its SHA-256 is ${files.fingerprint.slice(0, 12)}, and was ${fingerprint.slice(0, 12)}. Plan again, or put the tokenizer back.`,
		);
	return prepareKept(fingerprint, files, asked as TokenizerEngine);
}
