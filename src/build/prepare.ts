import { DataError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { noticesUpTo, type OnNotice } from "../core/notices.js";
import { progressOf, tellingNow } from "../core/progress.js";
import { givenOptions, resolveOptions } from "../core/resolve-options.js";
import { withoutSlashes } from "../core/text.js";
import { findManifest } from "../dataset/find-manifest.js";
import { splitsOf } from "../dataset/lengths.js";
import { hasTurns } from "../dataset/settings.js";
import { splitNames } from "../dataset/splits.js";
import { loadChat } from "../documents/load-chat.js";
import { decidedByConfiguration } from "../documents/special-tokens.js";
import { usualWayWithSpecials } from "../documents/specials-in-text.js";
import { specialsInTextOf } from "../documents/specials-met.js";
import {
	requireStrata,
	strataSettings,
} from "../documents/strata/strata-settings.js";
import { requireContent, tokenizerOf } from "../documents/tokenizer-option.js";
import { loadParser } from "../documents/units/parser.js";
import { requireUnits } from "../documents/units/unit-settings.js";
import {
	type BuildOptions,
	type BuildValues,
	buildTable,
} from "../options/build.js";
import { withTrainer } from "../options/for-trainer.js";
import { type SourceValues, sourcesOf } from "../options/sources.js";
import { forms } from "../recipes/forms.js";
import type { Recipe } from "../recipes/recipe.js";
import { findFrames } from "../sources/bytes/frames.js";
import { bytesOf, divisionOf } from "../sources/divide.js";
import { type LeftOut, summarizeLeftOut } from "../sources/find/left-out.js";
import type { Division } from "../sources/source.js";
import { LANES } from "../storage/lanes.js";
import { readTokenizerFiles } from "../storage/load-tokenizer.js";
import { storageAt } from "../storage/storages.js";
import type {
	PreparedTokenizer,
	TokenizerEngine,
} from "../tokenizer/from-json.js";
import { openKept, prepareKept } from "../tokenizer/kept-tokenizer.js";
import {
	composedSource,
	composeSource,
	prepareSources,
	recipeOf,
	sourcesOfBuilt,
} from "./compose-sources.js";
import { ComposedRecords } from "./composed-records.js";
import { findFiles } from "./find-files.js";
import {
	checkSteps,
	findGrowing,
	type Growing,
	optionsForGrowing,
	requireSettings,
	requireTokenizer,
	specialsForGrowing,
} from "./grow-store.js";
import { KeptInput } from "./kept-input.js";
import { lookAtOutput, type Replaces } from "./output-directory.js";
import {
	makePlan,
	type Plan,
	type PlanComposed,
	type SourceFile,
} from "./plan.js";
import {
	checkSettings,
	resolveSettings,
	sourceSettings,
} from "./resolve-settings.js";

/** A build as its options come out: what to do, and with what. Nothing is written yet. */
export interface PreparedBuild {
	out: string;
	plan: Plan;
	/** Null where nothing is to be tokenized. */
	tokenizer: PreparedTokenizer | null;
	replaces: Replaces;
	notify: OnNotice;
	/** Removes the standard input and the composed records that were kept for this build alone, and what was made to keep them in. */
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
	given: BuildOptions,
	{ mayWrite = true } = {},
): Promise<PreparedTextBuild> {
	const options = givenOptions(buildTable, given);
	const recipe = await recipeOf(options);
	const isMasked =
		hasMaskOptions(options) || (recipe !== null && hasMaskForm(recipe));
	const asked = resolveOptions(buildTable, withTrainer(options, isMasked));
	const out = withoutSlashes(asked.out);
	storageAt(out).requireWritable?.(out);
	const growing = asked.append ? await findGrowing(out) : null;
	const values =
		growing === null
			? asked
			: resolveOptions(buildTable, optionsForGrowing(growing, options));
	const sources = sourcesOf(values);
	const ofSources = sources.map((source) =>
		sourceSettings(recipe === null ? source : composedSource(source, recipe)),
	);
	checkSteps(values, ofSources);
	checkSettings(values, ofSources);
	tokenizerOf(values);
	if (ofSources.some(({ segment }) => segment?.syntax !== undefined))
		await loadParser();
	const input = new KeptInput(out, mayWrite);
	const records = new ComposedRecords(out, mayWrite);
	const discardInput = async () => {
		await input.discard();
		await records.discard();
	};
	const asGiven = { options, values, sources, growing, out };
	try {
		const prepared =
			recipe === null
				? await prepare(asGiven, input)
				: await prepareComposed(asGiven, input, records);
		return { ...prepared, discardInput };
	} catch (error) {
		await discardInput();
		throw error;
	}
}

/** Composes the records of a build, unless they are there, or its dataset is. */
async function prepareComposed(
	asked: Asked,
	input: KeptInput,
	records: ComposedRecords,
): Promise<Prepared> {
	const { values, out } = asked;
	const composing = await prepareSources(values, asked.sources, out, input);
	// A sample needs the records, also of what is built.
	const manifest =
		values.overwrite || !records.areKept ? null : await findManifest(out);
	const built = sourcesOfBuilt(manifest, composing, records);
	if (built !== null) {
		// What it has to tell is told below, where there is something to do.
		const silent = { ...values, onNotice: undefined };
		const prepared = await prepare(
			{ ...asked, ...built, values: silent },
			input,
		);
		const { plan, replaces } = prepared;
		const found = await lookAtOutput(out, plan, replaces);
		if (found.state === "built") return prepared;
	}
	const sources: SourceValues[] = [];
	const composed: PlanComposed[] = [];
	for (const source of composing) {
		const done = await composeSource(values, source, records);
		sources.push(done.read);
		composed.push(done.composed);
	}
	return prepare({ ...asked, sources, composed }, input);
}

/** Whether what a recipe makes says that some tokens are not to be trained on. */
const hasMaskForm = ({ form, marksMessages }: Recipe) =>
	Object.keys(forms[form].readWith(marksMessages)).length > 0;

/** Whether options say that some tokens are not to be trained on. */
function hasMaskOptions(options: BuildOptions): boolean {
	return [options, ...(options.sources ?? [])].some(
		({ loss, conversations, maskField }) =>
			[loss, conversations, maskField].some((value) => value !== undefined),
	);
}

/** What is to be built, and of what. */
interface Asked {
	/** As it is given. */
	options: BuildOptions;
	values: BuildValues;
	sources: readonly SourceValues[];
	/** The store that is added to; null: none. */
	growing: Growing | null;
	out: string;
	/** How the records of the sources were composed; left out: they are read as they are. */
	composed?: PlanComposed[];
	/** What is read, where that is known; left out: it is to be found. */
	files?: SourceFile[];
}

type Prepared = Omit<PreparedTextBuild, "discardInput">;

async function prepare(
	{ options, values, sources, growing, out, composed, files: known }: Asked,
	input: KeptInput,
): Promise<Prepared> {
	const { files: found, leftOut } = known
		? { files: known, leftOut: [] }
		: await findFiles(values, sources, growing, out, input);
	const ofSources =
		growing?.manifest.settings.sources ?? sources.map(sourceSettings);
	const asked = tokenizerOf(values);
	const { specialTokensInText } = values;
	const { fingerprint, ...ofTokenizer } = await readTokenizerFiles(asked);
	const tokenizerFiles = {
		...ofTokenizer,
		...specialsInTextOf(specialTokensInText),
	};
	const prepared = prepareKept(
		fingerprint,
		tokenizerFiles,
		values.tokenizerEngine,
	);
	const tokenizer = openKept(prepared);
	const files = await inParallel(found, LANES, async (file) => ({
		...file,
		frames: await findFrames(storageAt(file.path), file),
	}));
	const planning = progressOf("planning", "file", { total: files.length });
	const tell = tellingNow(values.onProgress);
	const divisions = await inParallel(files, LANES, async (file) => {
		const division = await divisionOf(storageAt(file.path), file);
		planning.done++;
		tell(() => ({ ...planning }));
		return division;
	});
	const inputBytes = divisions.reduce((sum, each) => sum + bytesOf(each), 0);
	if (growing !== null)
		requireTokenizer(growing, asked, fingerprint, tokenizer);
	const strata = strataSettings(values, splitNames);
	for (const [source, { tokens, segment }] of ofSources.entries()) {
		requireContent(
			files.filter(({ of }) => of === source),
			tokenizer,
			tokens,
		);
		requireUnits(segment, tokenizer);
		if (strata !== null) requireStrata(strata, ofSources[source], tokenizer);
	}
	const withSpecials =
		growing === null
			? values
			: { ...values, ...specialsForGrowing(growing, options, tokenizer) };
	const chat = ofSources.some(hasTurns)
		? await loadChat(
				{ ...tokenizerFiles, fingerprint },
				tokenizer,
				withSpecials,
			)
		: null;
	const settings = resolveSettings(
		withSpecials,
		tokenizer,
		inputBytes,
		ofSources,
		chat,
		new Set(
			growing === null
				? files.map(({ split }) => split)
				: splitsOf(growing.manifest.settings),
		),
	);
	if (growing !== null) requireSettings(growing, settings);
	if (growing === null && chat === null)
		for (const sentence of decidedByConfiguration(values, tokenizer))
			values.onNotice?.(sentence, "info");
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
				leftOut.filter(({ why }) => why !== "in-store"),
				files.map(({ path }) => path),
			),
			onError: values.onError,
			...(composed && { composed }),
			...(growing && {
				grows: {
					planHash: growing.manifest.planHash,
					tasks: growing.manifest.tasks.read,
				},
			}),
		},
	);
	return {
		out,
		// Where nothing is added the plan is that of the store as it is.
		plan:
			growing === null || files.length > 0
				? plan
				: { ...plan, planHash: growing.manifest.planHash },
		tokenizer: prepared,
		replaces: values.overwrite
			? "everything"
			: values.append
				? "unfinished"
				: "nothing",
		notify: noticesUpTo(values.logLevel, values.onNotice),
		leftOut,
		divisions,
	};
}

/**
 * The tokenizer of a plan, for a process that did not make the plan; null where nothing is tokenized.
 * @throws DataError `tokenizer-changed`
 */
export async function tokenizerOfPlan({
	tokenizer: { path, asked, fingerprint },
	store,
	settings,
}: Pick<
	Plan,
	"tokenizer" | "store" | "settings"
>): Promise<PreparedTokenizer | null> {
	if (store !== undefined) return null;
	const files = await readTokenizerFiles(path);
	if (files.fingerprint !== fingerprint)
		throw new DataError(
			"tokenizer-changed",
			`${files.name} is not the tokenizer that the build was planned with: its SHA-256 is ${files.fingerprint.slice(0, 12)}, and was ${fingerprint.slice(0, 12)}. Plan again, or put the tokenizer back.`,
		);
	const { specialTokensInText = usualWayWithSpecials } = settings;
	return prepareKept(
		fingerprint,
		{ ...files, ...specialsInTextOf(specialTokensInText) },
		asked as TokenizerEngine,
	);
}
