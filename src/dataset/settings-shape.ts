import { LARGEST_CAPACITY } from "../core/capacity.js";
import type { OptionTable } from "../core/option.js";
import type { Registry } from "../core/registry.js";
import {
	all,
	also,
	anyObject,
	count,
	finite,
	listOf,
	nullable,
	object,
	oneOf,
	optional,
	type Shape,
	such,
	text,
	truth,
	wholeNumber,
} from "../core/shape.js";
import { isObject } from "../core/values.js";
import { cuts } from "../decompose/cuts.js";
import { columns } from "../masks/columns.js";
import { maskFault } from "../masks/mask-kinds.js";
import { packers } from "../pack/packers.js";
import { isPlainPath } from "../storage/confined.js";
import { tableFormats } from "../tables/tables.js";
import { layouts } from "./layouts/layouts.js";
import type { BucketSettings, Chosen } from "./settings.js";

/** A path below the directory of what names it. */
export const plainPath = such("a path below the directory", isPlainPath);

/** The place of a stratum, or that of none. */
export const stratumPlace = optional(wholeNumber(-1, 2 ** 20));

/** An entry of a registry, and values of its options. */
function chosen<Entry extends { options?: OptionTable }>({
	names,
	find,
}: Registry<string, Entry>): Shape {
	return also<Chosen>(object({ name: oneOf(names) }), (value) => {
		const { options = {} } = find(value.name);
		for (const [name, { type }] of Object.entries(options)) {
			const given = value[name];
			if (given == null) continue;
			if (type.fault(given) !== null)
				return { place: `.${name}`, why: `is not ${type.expected}` };
		}
		return null;
	});
}

const cut = all(
	chosen(cuts as unknown as Registry<string, { options?: OptionTable }>),
	object({ minSequence: optional(count), maxLength: optional(count) }),
);

/** A row holds a token more than its length, for shifted targets. */
const MOST_TOKENS = LARGEST_CAPACITY + 1;

const bucket = also<BucketSettings>(
	object({
		length: wholeNumber(0, MOST_TOKENS),
		capacity: wholeNumber(0, MOST_TOKENS),
		directory: plainPath,
		batchRows: wholeNumber(1),
		shardRows: wholeNumber(1),
		shardTokens: optional(count),
		split: text,
		stratum: stratumPlace,
	}),
	({ length, capacity }) =>
		capacity < length || capacity > length + 1
			? `has rows of ${length} tokens that hold ${capacity}`
			: null,
);

const source = object({
	name: nullable(text),
	inputFormat: text,
	inputOptions: anyObject,
	conversations: nullable(anyObject),
	tokens: nullable(object({ mask: nullable(text) })),
	segment: optional(anyObject),
	limit: nullable(count),
	repeat: finite,
	composed: optional(text),
});

/** Nothing that every object inherits: columns stand in objects by their names. */
const carriedName = such(
	"the name of a column",
	(value) => typeof value === "string" && !(value in Object.prototype),
);

const columnName = such("the name of a column", (value) =>
	typeof value === "string" ? columns.has(value) : false,
);

/** What `Settings` says of a file's. */
export const settingsShape: Shape = object({
	sources: listOf(source, 1),
	chat: nullable(
		object({
			templates: text,
			template: nullable(text),
			date: nullable(text),
			values: anyObject,
		}),
	),
	dedupe: truth,
	validation: nullable(finite),
	strata: optional(
		object({
			lengthOf: text,
			lengthUnit: text,
			strata: optional(text),
			perStratum: optional(count),
			tag: optional(text),
			splitStrata: optional(text),
		}),
	),
	layout: oneOf(layouts.names),
	bos: nullable(count),
	eos: nullable(count),
	cut,
	cutTurns: nullable(cut),
	keepSystem: truth,
	isMasked: truth,
	packer: all(
		chosen(packers as unknown as Registry<string, { options?: OptionTable }>),
		object({ maxSequences: optional(nullable(count)) }),
	),
	padDocumentToMultiple: wholeNumber(1, LARGEST_CAPACITY),
	padToMultiple: nullable(wholeNumber(1, LARGEST_CAPACITY)),
	order: object({ name: text }),
	buckets: listOf(bucket, 1),
	columns: listOf(columnName),
	columnOptions: optional(anyObject),
	trainer: optional(text),
	shift: optional(truth),
	lossWeight: nullable(text),
	mask: such(
		"a mask",
		(value) => isObject(value) && maskFault(value as never) === null,
	),
	window: count,
	seed: wholeNumber(0),
	format: oneOf(tableFormats.names),
	compression: text,
	taskSize: count,
	carry: optional(listOf(carriedName)),
	prefixTree: optional(object({ minShared: count })),
	isIndex: optional(truth),
});
