import { DataError, optionName, UsageError } from "../../core/errors.js";
import { inParallel } from "../../core/in-parallel.js";
import { quoted, shortened } from "../../core/text.js";
import { LANES } from "../../storage/lanes.js";
import { STANDARD_INPUT } from "../../storage/spool.js";
import type { PassedOver } from "../../storage/storage.js";
import { nameAt, storageAt } from "../../storage/storages.js";
import {
	AUTO,
	describeEndings,
	formatsOfName,
	readOptionsTable,
	sourceFormats,
} from "../formats.js";
import type { InputFile } from "../source.js";
import { belowShared } from "./below-shared.js";
import { asideFrom } from "./beside.js";
import { type Candidate, type FoundInput, isNamed } from "./candidate.js";
import { type Detected, detect } from "./detect.js";
import { type Exclusion, exclusionOf } from "./exclude.js";
import { groupsOf } from "./group.js";
import { expandLists } from "./input-lists.js";
import {
	type LeftOut,
	type LeftOutReason,
	leftOutNotices,
} from "./left-out.js";
import { toldByName } from "./told-by-name.js";

export interface FindInputsOptions {
	/** A name from `sourceFormats` that holds for all files, or `auto` to find out. */
	format?: string;
	/** A directory whose files are left out: the output's. */
	output?: string;
	/** Globs of what is left out of directories and of what globs match. */
	exclude?: readonly string[];
	/** A file with patterns in the form of .gitignore, of what is left out in the same way. */
	ignore?: string | undefined;
	/** Whether all files below a directory that is directly in an input are one document. */
	groupByDirectory?: boolean | undefined;
	/** Whether what cannot be read is thrown, or left out and counted. */
	onError?: "stop" | "skip";
	/** Gives the path of a file that holds standard input, which the input `-` stands for. */
	standardInput?: () => Promise<string>;
	/** Values of the options that formats have for reading. */
	options?: Readonly<Record<string, unknown>>;
	/** Whether some of these may be of use to no file. */
	mayBeUnused?: boolean;
	/**
	 * Uncompressed bytes of a task, where the files are to be divided among tasks; null: as is usual. Files that
	 * need not be divided are not looked into then, where they are many (`toldByName`).
	 */
	taskSize?: number | null;
}

export interface FoundInputs {
	/** The files of the corpus, in the order they are read. */
	files: FoundInput[];
	/** What was met and is no input, but nothing that is in a directory of this list. */
	leftOut: LeftOut[];
	/** How often a file was met again, under its name or by a link; it is read once. */
	repeated: number;
	/** Files that are read by their bytes and are something else by their names. */
	contradicting: InputFile[];
	/** Files without a byte: they are among `files`. */
	empty: string[];
	/** Patterns of `exclude` that nothing matched. */
	unusedPatterns: string[];
}

/**
 * Turns files, directories, glob patterns, standard input (`-`) and lists of these
 * (`@file`) into the files of a corpus. The order is that of the arguments; a directory or a pattern gives its
 * files in the order of their paths (by UTF-16 code unit). Of a directory, files whose
 * kind is known are taken at any depth, and hidden ones are not; what is not taken is
 * told. A file that has several names is read once, by the first that tells a format.
 * @throws UsageError `no-inputs`, `no-such-input`, `not-a-file`, `unknown-name`,
 * `unknown-ending`, `ignored-option`, whatever cannot be read; DataError
 * `empty-corpus`, `misnamed`, `git-lfs-pointer`
 */
export async function findInputs(
	inputs: readonly string[],
	options: FindInputsOptions = {},
): Promise<FoundInputs> {
	const { format = AUTO, onError = "stop", groupByDirectory = false } = options;
	const given = format === AUTO ? null : format;
	if (given !== null) sourceFormats.find(given);
	if (inputs.length === 0)
		throw new UsageError(
			"no-inputs",
			"no inputs are given: name files, directories or glob patterns.",
		);
	const leftOut: LeftOut[] = [];
	/** Leaves out what need not be read, or whose error is to be passed over. */
	const refuse = (path: string, why: LeftOutReason, error: unknown) => {
		if (error !== null && onError === "stop") throw error;
		leftOut.push({ path, why });
	};
	const exclusion = await exclusionOf(
		options.exclude ?? [],
		options.ignore ?? null,
	);
	const names = await expandLists(inputs);
	const met = await meet(names, options, exclusion, refuse);
	const { chosen, repeated } = onceEach(met);
	const told =
		options.taskSize === undefined || groupByDirectory
			? []
			: toldByName(chosen, given, options.taskSize);
	const detected = await inParallel(
		chosen,
		LANES,
		async (file, i) => told[i] ?? (await lookInto(file, given)),
	);
	const kinds = asideFrom(chosen, detected);
	const found: FoundInputs = {
		files: [],
		leftOut,
		repeated,
		contradicting: [],
		empty: [],
		unusedPatterns: exclusion.unused(),
	};
	const taken: { file: FoundInput; candidate: Candidate }[] = [];
	for (const [i, candidate] of chosen.entries()) {
		const { path, size, version } = candidate;
		const kind = kinds[i];
		if ("leftOut" in kind) {
			const isThrown = kind.leftOut !== "unknown-kind" || isNamed(candidate);
			refuse(path, kind.leftOut, isThrown ? kind.error : null);
			continue;
		}
		const { contradicts, beside, ...rest } = kind;
		const source = isStandardInput(candidate) ? "stdin" : "";
		const file: FoundInput = {
			path,
			source,
			size,
			version,
			frames: null,
			...rest,
		};
		if (options.options !== undefined) file.options = options.options;
		if (beside.length > 0) file.beside = beside;
		taken.push({ file, candidate });
		if (contradicts) found.contradicting.push(file);
		if (size === 0) found.empty.push(path);
	}
	if (taken.length === 0) throw emptyCorpus(inputs, leftOut, options.output);
	if (!options.mayBeUnused) requireUse(options.options, taken);
	found.files = groupByDirectory
		? groupsOf(taken)
		: taken.map(({ file }) => file);
	nameSources(found.files);
	return found;
}

/** What a person is told of what was found, as sentences without a full stop. */
export function noticesOf(found: FoundInputs): string[] {
	const { files, leftOut, repeated, contradicting, empty, unusedPatterns } =
		found;
	const notices = leftOutNotices(leftOut);
	if (contradicting.length > 0) {
		const [{ path, format, compression }] = contradicting;
		const what = compression === null ? format : `${format}, ${compression}`;
		notices.push(
			`${counted(contradicting.length, "file is read by what it holds, not by what its name says", "files are read by what they hold, not by what their names say")}, such as ${path} (${what})`,
		);
	}
	if (empty.length > 0)
		notices.push(
			`${counted(empty.length, "file is", "files are")} empty, such as ${empty[0]}`,
		);
	if (repeated > 0)
		notices.push(
			`met ${counted(repeated, "file", "files")} again, by name or by link; each is read once`,
		);
	for (const pattern of unusedPatterns)
		notices.push(`nothing is excluded by ${quoted(pattern)}`);
	return [...notices, ...formatNotices(files)];
}

/** What formats say of files, once for all of which the same is said. */
function formatNotices(files: readonly InputFile[]): string[] {
	const told = new Map<string, InputFile[]>();
	for (const file of files) {
		const notice = sourceFormats.find(file.format).notice?.(file) ?? null;
		if (notice !== null) told.set(notice, [...(told.get(notice) ?? []), file]);
	}
	return [...told].map(
		([notice, files]) =>
			`${counted(files.length, "file", "files")}, such as ${files[0].path}: ${notice}`,
	);
}

function counted(count: number, one: string, many: string): string {
	return `${count} ${count === 1 ? one : many}`;
}

/** All files that the inputs lead to, in order, and each as often as they do. */
async function meet(
	names: readonly string[],
	{ output, standardInput }: FindInputsOptions,
	exclusion: Exclusion,
	refuse: (path: string, why: LeftOutReason, error: unknown) => void,
): Promise<Candidate[]> {
	const isOutput = isWithin(output);
	if (names.filter((name) => name === STANDARD_INPUT).length > 1)
		throw new UsageError(
			"bad-option",
			`${STANDARD_INPUT} stands for standard input, which can be read once: give it once.`,
		);
	const met = await inParallel(names, LANES, async (asked, input) => {
		if (asked === STANDARD_INPUT && standardInput !== undefined)
			return spooled(await standardInput(), input);
		const passed: PassedOver[] = [];
		const excludedHere: string[] = [];
		const files = await storageAt(asked).find(asked, {
			leaveOut(below, kind) {
				const path = `${asked.replace(/\/+$/, "")}/${below}`;
				const leaves = exclusion.leavesOut(below, kind, path);
				if (leaves) excludedHere.push(kind === "directory" ? `${path}/` : path);
				return leaves;
			},
			onPassedOver: (each) => passed.push(each),
		});
		const candidates = files.map((file) => ({
			...file,
			input,
			asked,
			isAskedFor: file.below === null,
		}));
		return { candidates, passed, excludedHere };
	});
	return met.flatMap(({ candidates, passed, excludedHere }) => {
		for (const path of excludedHere) refuse(path, "excluded", null);
		for (const { path, why, error } of passed)
			if (!isOutput(path)) refuse(path, why, error);
		return candidates.filter((candidate) => {
			const { path, below, kind } = candidate;
			if (isStandardInput(candidate)) return true;
			if (isOutput(path)) return false;
			const isMatch = below === null && !isNamed(candidate);
			if (isMatch && exclusion.leavesOutFile(path)) {
				refuse(path, "excluded", null);
				return false;
			}
			if (kind !== "file") refuse(path, "not-a-file", notAFile(path));
			return kind === "file";
		});
	});
}

/** Tells what lies in the output, or is it. */
function isWithin(output: string | undefined): (path: string) => boolean {
	if (output === undefined) return () => false;
	const excluded = `${storageAt(output).absolute(output)}/`;
	return (path) =>
		path !== STANDARD_INPUT &&
		`${storageAt(path).absolute(path)}/`.startsWith(excluded);
}

/** Standard input as a file that was met. */
async function spooled(path: string, input: number) {
	const found = await storageAt(path).stat(path);
	const candidate: Candidate = {
		path,
		below: null,
		kind: "file",
		size: found?.size ?? 0,
		version: found?.version ?? "",
		identity: STANDARD_INPUT,
		input,
		asked: STANDARD_INPUT,
		isAskedFor: true,
	};
	return { candidates: [candidate], passed: [], excludedHere: [] };
}

function isStandardInput({ asked, identity }: Candidate): boolean {
	return asked === STANDARD_INPUT && identity === STANDARD_INPUT;
}

/** Of several names of a file, the first that tells a format, or else the first. */
function onceEach(met: readonly Candidate[]): {
	chosen: Candidate[];
	repeated: number;
} {
	const byIdentity = new Map<string, Candidate>();
	for (const candidate of met) {
		const before = byIdentity.get(candidate.identity);
		const isBetter =
			before === undefined || (!tellsFormat(before) && tellsFormat(candidate));
		const kept = isBetter ? candidate : before;
		kept.isAskedFor ||= candidate.isAskedFor || (before?.isAskedFor ?? false);
		byIdentity.set(candidate.identity, kept);
	}
	const chosen = met.filter(
		(candidate) => byIdentity.get(candidate.identity) === candidate,
	);
	return { chosen, repeated: met.length - chosen.length };
}

function tellsFormat({ path }: Candidate): boolean {
	return formatsOfName(nameAt(path)).length > 0;
}

/** What a file is; one that cannot be opened is left out, where others may be. */
async function lookInto(
	file: Candidate,
	given: string | null,
): Promise<Detected> {
	const { path, size, version } = file;
	try {
		const asked = {
			path,
			size,
			version,
			isNamed: isNamed(file),
			hasName: !isStandardInput(file),
		};
		return await detect(storageAt(path), asked, given);
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return { leftOut: "unreadable", error };
	}
}

function emptyCorpus(
	inputs: readonly string[],
	leftOut: readonly LeftOut[],
	output: string | undefined,
): DataError {
	const own = inputs.find(isWithin(output));
	if (own !== undefined)
		return new DataError(
			"empty-corpus",
			`no input files in ${shortened(inputs.join(", "))}: ${own} is in ${output}, where the output goes, and is no input. Name other inputs, or another output (${optionName("out")}).`,
		);
	const left = leftOutNotices(leftOut).map((notice) => ` (${notice})`);
	return new DataError(
		"empty-corpus",
		`no input files in ${shortened(inputs.join(", "))}${left.join("")}: known endings are ${describeEndings()}; for others give ${optionName("inputFormat")}.`,
	);
}

/** @throws UsageError `ignored-option` for a value that no file has a use for */
function requireUse(
	options: Readonly<Record<string, unknown>> = {},
	taken: readonly { file: InputFile }[],
): void {
	const formats = new Set(taken.map(({ file }) => file.format));
	for (const name of Object.keys(options)) {
		const { of } = readOptionsTable[name as keyof typeof readOptionsTable];
		const users = of?.inputFormat ?? [];
		if (!users.some((user) => formats.has(user)))
			throw new UsageError(
				"ignored-option",
				`${optionName(name)} would change nothing: it is for input of the format ${users.filter((user) => user !== AUTO).join(", ")}, and there is none. Leave it out.`,
			);
	}
}

/** Names each file by its path below the deepest directory that holds them all. */
function nameSources(all: readonly InputFile[]): void {
	const files = all.filter(({ source }) => source === "");
	const paths = files.map(({ path }) => path);
	const short = belowShared(paths);
	// URLs that differ in their queries or revisions alone.
	const names = new Set(short).size < short.length ? paths : short;
	for (const [i, file] of files.entries()) file.source = names[i];
}

function notAFile(path: string): UsageError {
	return new UsageError(
		"not-a-file",
		`${path} is not a file that can be read more than once (it is a pipe, a device or a broken link): write it to a file first, or give ${optionName("onError", "skip")} to leave it out.`,
	);
}
