import type { Plan } from "../build/plan.js";
import type { Task } from "../build/tasks-of-plan.js";
import { sum } from "../core/arithmetic.js";
import { packers } from "../pack/packers.js";
import { compressions } from "../sources/compressions.js";
import { bytesOf, type InputSpan } from "../sources/divide.js";
import { sourceFormats } from "../sources/formats.js";
import type { Division } from "../sources/source.js";

/** Inputs of one source and split that are read in the same way: a sample of some stands for all. */
export interface Stratum {
	/** The place of its source in the settings. */
	source: number;
	/** Uncompressed bytes of its inputs, about. */
	bytes: number;
	/** Whether all of it is in the sample. */
	isWhole: boolean;
	/** How often a build reads what the sample reads once. */
	repeat: number;
	/** The tasks that read the sample: each reads places all over the inputs. */
	parts: SamplePart[];
	/** The task that packs what these leave; null where there is none. */
	repack: number | null;
}

export interface SamplePart {
	/** The number of the task. */
	task: number;
	/** Uncompressed bytes of its places, about. */
	bytes: number;
	/** What is cut short among them. */
	cuts: Cut[];
}

/** An input of which the beginning is read. */
export interface Cut {
	input: number;
	/** The number of its span in the task. */
	span: number;
	/** Uncompressed bytes of it that are counted as read, of how many; about. */
	bytes: number;
	ofBytes: number;
}

/** A build of a part of the input that stands for the whole. */
export interface Sample {
	/** Records that cannot be used are passed over. */
	plan: Plan;
	strata: Stratum[];
	/** Whether it is all of the build: what it comes to is exact. */
	isWhole: boolean;
	places: number;
	/** Uncompressed bytes of all inputs, about. */
	ofBytes: number;
}

/** Places of inputs that can be divided anywhere, and tasks that read a stratum's places. */
const PLACES = 64;
const PARTS = 8;

/** Of a compression that has blocks, how many of a file are read at least. */
const LEAST_BLOCKS = 3;

/** Part of an input: where it is, how many bytes it has, and the stored bytes that it is cut short to. */
interface Place {
	spans: InputSpan[];
	bytes: number;
	cutTo: number | null;
}

/**
 * Chooses what to read of a build's inputs.
 * @param size Uncompressed bytes to read, at most about; of Parquet and the like at
 * least a row group.
 */
export function sampleOf(
	plan: Plan,
	divisions: readonly Division[],
	size: number,
): Sample {
	const whole = wholeSample(plan, divisions);
	const toRead = sum(whole.strata.map(({ bytes }) => bytes));
	return toRead <= size ? whole : partSample(plan, divisions, size);
}

/** The build itself. */
function wholeSample(plan: Plan, divisions: readonly Division[]): Sample {
	const strata = plan.settings.sources.map(({ repeat }, source): Stratum => {
		const bytes = sum(
			divisions.filter((_, i) => plan.inputs[i].of === source).map(bytesOf),
		);
		const parts = [...plan.tasks.entries()]
			.filter(([, task]) => task.kind === "read" && task.source === source)
			.map(([task]) => ({ task, bytes, cuts: [] }));
		return {
			source,
			bytes: bytes * Math.max(1, repeat),
			isWhole: true,
			repeat: 1,
			parts,
			repack: null,
		};
	});
	return {
		plan: { ...plan, onError: "skip" },
		strata,
		isWhole: true,
		places: plan.inputs.length,
		ofBytes: sum(divisions.map(bytesOf)),
	};
}

function partSample(
	plan: Plan,
	divisions: readonly Division[],
	size: number,
): Sample {
	const groups = [...groupInputs(plan, divisions).values()];
	const bytesOfGroup = (inputs: readonly number[]) =>
		sum(inputs.map((input) => bytesOf(divisions[input])));
	groups.sort((a, b) => bytesOfGroup(a) - bytesOfGroup(b));
	const inputs = [...plan.inputs];
	const tasks: Task[] = [];
	const strata: Stratum[] = [];
	let room = size;
	for (const [i, group] of groups.entries()) {
		const places = placesOf(plan, group, divisions, room / (groups.length - i));
		room -= sum(places.map(({ bytes }) => bytes));
		const { of: source } = plan.inputs[group[0]];
		const bytes = bytesOfGroup(group);
		const isWhole =
			places.every(({ cutTo }) => cutTo === null) &&
			sum(places.map((place) => place.bytes)) >= bytes;
		const parts = partsOf(places, isWhole ? 1 : PARTS).map((part) => {
			const spans: InputSpan[] = [];
			const cuts: Cut[] = [];
			for (const { spans: own, cutTo, bytes } of part) {
				if (cutTo !== null) {
					const [{ input }] = own;
					const ofBytes = bytesOf(divisions[input]);
					cuts.push({ input, span: spans.length, bytes, ofBytes });
					inputs[input] = { ...inputs[input], bytes: cutTo, frames: null };
				}
				spans.push(...own);
			}
			const task = tasks.push({ kind: "read", source, spans }) - 1;
			return { task, bytes: sum(part.map((place) => place.bytes)), cuts };
		});
		const { repeat } = plan.settings.sources[source];
		strata.push({ source, bytes, isWhole, repeat, parts, repack: null });
	}
	if (packers.find(plan.settings.packer.name).sharesRows)
		for (const stratum of strata) {
			const { source, parts } = stratum;
			const from = parts[0].task;
			const to = from + parts.length;
			stratum.repack = tasks.push({ kind: "repack", source, from, to }) - 1;
		}
	const { validation } = plan.settings;
	const settings = {
		...plan.settings,
		// Which documents a number of them are shows among all alone.
		validation: validation !== null && validation >= 1 ? null : validation,
	};
	const all = strata.flatMap(({ parts }) => parts);
	return {
		plan: { ...plan, inputs, settings, tasks, onError: "skip" },
		strata,
		isWhole: false,
		places: sum(
			all.map(({ task }) => (tasks[task] as { spans: unknown[] }).spans.length),
		),
		ofBytes: sum(divisions.map(bytesOf)),
	};
}

/** The inputs that have bytes, by all that decides how they are read and what for. */
function groupInputs(
	{ inputs }: Plan,
	divisions: readonly Division[],
): Map<string, number[]> {
	const groups = new Map<string, number[]>();
	for (const [i, input] of inputs.entries()) {
		if (bytesOf(divisions[i]) === 0) continue;
		const { of, split, format, compression } = input;
		const kind = "parts" in divisions[i] ? "parts" : "anywhere";
		const key = [of, split, format, compression, kind].join(" ");
		groups.set(key, [...(groups.get(key) ?? []), i]);
	}
	return groups;
}

/** Places all over some inputs, which come to about `size` bytes, or are all of them. */
function placesOf(
	plan: Plan,
	inputs: readonly number[],
	divisions: readonly Division[],
	size: number,
): Place[] {
	return "anywhere" in divisions[inputs[0]]
		? placesAnywhere(inputs, divisions, size)
		: placesOfParts(plan, inputs, divisions, size);
}

/** Spans at equal distances over the inputs, one after the other. */
function placesAnywhere(
	inputs: readonly number[],
	divisions: readonly Division[],
	size: number,
): Place[] {
	const lengths = inputs.map((input) => bytesOf(divisions[input]));
	const total = sum(lengths);
	const count = total <= size ? 1 : PLACES;
	const length = Math.min(total, Math.ceil(size / count));
	const places: Place[] = [];
	let at = 0;
	let before = 0;
	for (let place = 0; place < count; place++) {
		const middle = ((place + 0.5) * total) / count;
		const start = Math.floor(middle - length / 2);
		const end = start + length;
		const spans: InputSpan[] = [];
		while (before + lengths[at] <= start) before += lengths[at++];
		for (let i = at, from = before; i < lengths.length && from < end; i++) {
			spans.push({
				input: inputs[i],
				start: Math.max(0, start - from),
				end: Math.min(lengths[i], end - from),
			});
			from += lengths[i];
		}
		places.push({ spans, bytes: length, cutTo: null });
	}
	return places;
}

/** Parts at equal distances, whole or their beginnings. */
function placesOfParts(
	plan: Plan,
	inputs: readonly number[],
	divisions: readonly Division[],
	size: number,
): Place[] {
	const all = inputs.flatMap((input) =>
		partsOfDivision(divisions[input]).map((bytes, part) => ({
			input,
			part,
			bytes,
		})),
	);
	const mayCut = (input: number) => {
		const { bytes, ...file } = plan.inputs[input];
		const { inSequence } = sourceFormats.find(file.format);
		const { inputOptions: options } = plan.settings.sources[file.of];
		return inSequence?.({ ...file, size: bytes, options }) ?? false;
	};
	const total = sum(all.map(({ bytes }) => bytes));
	const whole = Math.floor(all.length * Math.min(1, size / total));
	const isCut = whole < PARTS && all.some(({ input }) => mayCut(input));
	const count = isCut ? Math.min(PARTS, all.length) : Math.max(1, whole);
	const chosen = Array.from(
		{ length: count },
		(_, i) => all[Math.floor(((i + 0.5) * all.length) / count)],
	);
	// The same share of each, so that long ones count for more.
	const share = Math.min(1, size / sum(chosen.map(({ bytes }) => bytes)));
	return chosen.map(({ input, part, bytes }) => {
		const spans = [{ input, start: part, end: part + 1 }];
		const { bytes: stored, compression } = plan.inputs[input];
		const cutTo = Math.max(Math.ceil(share * stored), leastOf(compression));
		return isCut && mayCut(input) && cutTo < stored
			? { spans, bytes: (cutTo / stored) * bytes, cutTo }
			: { spans, bytes, cutTo: null };
	});
}

/** Bytes of a file that tell something of it: some blocks of a compression that has such. */
function leastOf(compression: string | null): number {
	if (compression === null) return 0;
	const { blockSize = 0 } = compressions.find(compression);
	return LEAST_BLOCKS * blockSize;
}

function partsOfDivision(division: Division): readonly number[] {
	return "parts" in division ? division.parts : [];
}

/** Deals places out, so that each part has some from all over. */
function partsOf(places: readonly Place[], most: number): Place[][] {
	const count = Math.min(most, places.length);
	return Array.from({ length: count }, (_, part) =>
		places.filter((_, i) => i % count === part),
	);
}
