import { type Random, randomBelow } from "../../src/core/random.js";

/** One change of a file's bytes. */
type Change = (
	bytes: Buffer,
	random: Random,
	others: readonly Buffer[],
) => Buffer;

/**
 * Changes bytes in one to four places: bits, blocks, ends, and numbers in the way binary
 * formats store them. `others` are files that pieces may come from.
 */
export function mutateBytes(
	bytes: Buffer,
	random: Random,
	others: readonly Buffer[] = [],
): Buffer {
	return repeated(random, bytes, (each) =>
		pick(byteChanges, random)(each, random, others),
	);
}

/** Changes a text in one to four places, also by pieces of its language. */
export function mutateText(
	text: Buffer,
	random: Random,
	pieces: readonly string[] = JSON_PIECES,
): Buffer {
	return repeated(random, text, (each) => mutateTextOnce(each, random, pieces));
}

/**
 * JSON whose values, keys and nesting are changed in one to three places, and one time in four its
 * text as well. What is no JSON has its text changed.
 */
export function mutateJson(json: Buffer, random: Random): Buffer {
	let value: unknown;
	try {
		value = JSON.parse(json.toString());
	} catch {
		return mutateText(json, random);
	}
	const nodes = countNodes(value);
	const targets = new Set<number>();
	for (let i = randomBelow(random, 3); i >= 0; i--)
		targets.add(randomBelow(random, nodes));
	const changed = encoded(written(value, { next: 0, targets, random }), random);
	return randomBelow(random, 4) === 0 ? mutateText(changed, random) : changed;
}

/** One of the choices. */
export function pick<T>(choices: ArrayLike<T>, random: Random): T {
	return choices[randomBelow(random, choices.length)] as T;
}

function repeated(
	random: Random,
	bytes: Buffer,
	change: (bytes: Buffer) => Buffer,
): Buffer {
	let changed = bytes;
	for (let i = randomBelow(random, 4); i >= 0; i--) changed = change(changed);
	return changed;
}

/** Numbers at the edges of what is stored in 8, 16, 32 and 64 bits. */
const EDGES = [
	0n,
	1n,
	-1n,
	2n,
	0x7fn,
	0x80n,
	0xffn,
	0x7fffn,
	0xffffn,
	0x7fffffffn,
	0x80000000n,
	0xffffffffn,
	1n << 32n,
	(1n << 53n) + 1n,
	(1n << 63n) - 1n,
	1n << 63n,
];

const byteChanges: readonly Change[] = [
	(bytes, random) => {
		const changed = Buffer.from(bytes);
		if (bytes.length > 0)
			changed[randomBelow(random, bytes.length)] ^= 1 << randomBelow(random, 8);
		return changed;
	},
	(bytes, random) => {
		const { at, end } = span(bytes, random, 8);
		const changed = Buffer.from(bytes);
		for (let i = at; i < end; i++) changed[i] = random() & 255;
		return changed;
	},
	// Inserted, removed, twice, zero.
	(bytes, random) => {
		const { at } = span(bytes, random, 0);
		const by = Buffer.from(
			Array.from({ length: 1 + randomBelow(random, 8) }, () => random() & 255),
		);
		return replaced(bytes, at, at, by);
	},
	(bytes, random) => {
		const { at, end } = span(bytes, random);
		return replaced(bytes, at, end);
	},
	(bytes, random) => {
		const { at, end } = span(bytes, random);
		return replaced(bytes, at, at, bytes.subarray(at, end));
	},
	(bytes, random) => {
		const { at, end } = span(bytes, random);
		return Buffer.from(bytes).fill(0, at, end);
	},
	(bytes, random) => {
		const { at } = span(bytes, random, 0);
		return replaced(bytes, at, at, Buffer.alloc(1 + randomBelow(random, 64)));
	},
	swapBlocks,
	(bytes, random) => bytes.subarray(0, randomBelow(random, bytes.length + 1)),
	(bytes, random) => bytes.subarray(span(bytes, random).end),
	// With another file: after it, and a piece of it.
	(bytes, random, others) =>
		Buffer.concat([bytes, others.length > 0 ? pick(others, random) : bytes]),
	(bytes, random, others) => {
		const other = others.length > 0 ? pick(others, random) : bytes;
		const from = span(other, random);
		const { at, end } = span(bytes, random);
		return replaced(bytes, at, end, other.subarray(from.at, from.end));
	},
	setNumber,
	setNumber,
];

function swapBlocks(bytes: Buffer, random: Random): Buffer {
	const cuts = Array.from({ length: 3 }, () =>
		randomBelow(random, bytes.length + 1),
	).sort((a, b) => a - b);
	const [a, b, c] = cuts;
	return Buffer.concat([
		bytes.subarray(0, a),
		bytes.subarray(b, c),
		bytes.subarray(a, b),
		bytes.subarray(c),
	]);
}

/** Sets a number of 1, 2, 4 or 8 bytes to an edge, in either order of bytes, or moves it by a little. */
function setNumber(bytes: Buffer, random: Random): Buffer {
	const width = Math.min(1 << randomBelow(random, 4), bytes.length);
	if (width === 0) return bytes;
	const steps = Math.floor(bytes.length / width);
	const aligned = randomBelow(random, 2) === 0;
	const at = aligned
		? randomBelow(random, steps) * width
		: randomBelow(random, bytes.length - width + 1);
	let value = pick(EDGES, random);
	if (randomBelow(random, 3) === 0) {
		value = BigInt(randomBelow(random, 17) - 8);
		for (let i = 0; i < width; i++)
			value += BigInt(bytes[at + i]) << BigInt(8 * i);
	}
	const changed = Buffer.from(bytes);
	const isBig = randomBelow(random, 3) === 0;
	for (let i = 0; i < width; i++)
		changed[isBig ? at + width - 1 - i : at + i] = Number(
			(value >> BigInt(8 * i)) & 255n,
		);
	return changed;
}

/** A run of bytes, most of them short. */
function span(bytes: Buffer, random: Random, most?: number) {
	const at = randomBelow(random, bytes.length + 1);
	const rest = bytes.length - at;
	const longest = most ?? (randomBelow(random, 3) === 0 ? rest : 16);
	const length = longest === 0 ? 0 : 1 + randomBelow(random, longest);
	return { at, end: Math.min(bytes.length, at + length) };
}

function replaced(
	bytes: Buffer,
	at: number,
	end: number,
	by: Buffer = Buffer.alloc(0),
): Buffer {
	return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(end)]);
}

/** What is put into texts: pieces of JSON, right and wrong. */
export const JSON_PIECES: readonly string[] = [
	..."{}[]\",:\\/-+.eE0123456789tfnu \t\r\b\x00\x1f\x7f'",
	"é",
	"日",
	"😀",
	"\ufeff",
	"\u2028",
	"\\u0041",
	"\\ud83d\\ude00",
	"\\uD83D",
	"\\ude00",
	"\\ud83d\\u0041",
	"\\ud83dx",
	"\\u12",
	"\\u00zz",
	"\\x",
	'\\"',
	"\\\\",
	"\\/",
	"-0",
	"01",
	"1.",
	".5",
	"1e",
	"1e5",
	"1E+05",
	"-1.25e-3",
	"12345678901234567890",
	"1e999",
	"true",
	"false",
	"null",
	"tru",
	"nul",
	"falsee",
	"[]",
	"{}",
	"[[[[",
	"]]]]",
	'{"a":{"a":',
	"}}",
	'"text":',
	'"text":"again",',
	'"id":1.0,',
	'"meta":{"lang":"en"},',
	'"meta":[{"lang":"fr"}],',
	'"\\u0074ext":"escaped",',
	'"__proto__":{"x":1},',
	'"":0,',
	",,",
	"::",
	'"',
];

function mutateTextOnce(
	text: Buffer,
	random: Random,
	pieces: readonly string[],
): Buffer {
	const at = randomBelow(random, text.length + 1);
	const length = 1 + randomBelow(random, 8);
	const before = text.subarray(0, at);
	const rest = text.subarray(at);
	const piece = () => Buffer.from(pick(pieces, random));
	switch (randomBelow(random, 8)) {
		case 0:
			return before;
		case 1:
			return Buffer.concat([before, rest.subarray(length)]);
		case 2:
			return Buffer.concat([before, rest.subarray(0, length), rest]);
		case 3: {
			const changed = Buffer.from(text);
			if (at < text.length) changed[at] ^= 1 << randomBelow(random, 8);
			return changed;
		}
		case 4:
			return swapTokens(text, random);
		case 5:
			return Buffer.concat([before, piece(), rest.subarray(length)]);
		default:
			return Buffer.concat([before, piece(), rest]);
	}
}

/** Swaps two of the tokens that a text has. */
function swapTokens(text: Buffer, random: Random): Buffer {
	const tokens =
		text.toString("latin1").match(/"(?:[^"\\]|\\.)*"|[^"{}[\],:]+|./gs) ?? [];
	if (tokens.length === 0) return text;
	const i = randomBelow(random, tokens.length);
	const j = randomBelow(random, tokens.length);
	[tokens[i], tokens[j]] = [tokens[j], tokens[i]];
	return Buffer.from(tokens.join(""), "latin1");
}

/** Values that stand where others are due, as JSON has them. */
const VALUES: readonly string[] = [
	"null",
	"true",
	"false",
	"0",
	"-0",
	"1",
	"-1",
	"0.5",
	"2e9",
	"2147483648",
	"4294967313",
	"9007199254740993",
	"12345678901234567890",
	"1e15",
	"1e400",
	'""',
	'"a"',
	'"1"',
	'"__proto__"',
	'"constructor"',
	'"../../../outside"',
	'"/"',
	'"\\ud800"',
	'"\\u0000"',
	'"(a+)+$|\\\\s+|."',
	"[]",
	"[null]",
	"[[]]",
	"{}",
	'{"__proto__":{"polluted":1}}',
	'{"constructor":{"prototype":{"polluted":1}}}',
	'{"length":1000000000}',
	'{"toString":1,"valueOf":1}',
	'{"type":"Unknown"}',
];

const KEYS: readonly string[] = [
	"__proto__",
	"constructor",
	"prototype",
	"toString",
	"hasOwnProperty",
	"then",
	"length",
	"",
	"0",
	"-1",
	"\ud800",
	"../outside",
];

interface Writing {
	/** The number of the node that comes next. */
	next: number;
	/** The nodes that are changed. */
	targets: ReadonlySet<number>;
	random: Random;
}

function countNodes(value: unknown): number {
	let count = 1;
	if (typeof value === "object" && value !== null)
		for (const each of Object.values(value)) count += countNodes(each);
	return count;
}

/** A value as JSON, with its targets changed. */
function written(value: unknown, writing: Writing): string {
	const isTarget = writing.targets.has(writing.next++);
	const { random } = writing;
	if (isTarget && randomBelow(random, 3) === 0) {
		writing.next += countNodes(value) - 1;
		return nested(pick(VALUES, random), random);
	}
	if (typeof value !== "object" || value === null) {
		const json = JSON.stringify(value);
		return isTarget ? changedScalar(value, json, random) : json;
	}
	if (Array.isArray(value)) {
		const items = value.map((each) => written(each, writing));
		return `[${(isTarget ? changedItems(items, random, () => pick(VALUES, random)) : items).join(",")}]`;
	}
	const entries = Object.entries(value).map(
		([key, each]) => `${JSON.stringify(key)}:${written(each, writing)}`,
	);
	const entry = () =>
		`${JSON.stringify(pick(KEYS, random))}:${pick(VALUES, random)}`;
	return `{${(isTarget ? changedItems(entries, random, entry) : entries).join(",")}}`;
}

/** One time in sixteen so deep that what recurs runs out of its stack. */
function nested(json: string, random: Random): string {
	if (randomBelow(random, 16) !== 0) return json;
	const depth = pick([10, 1000, 20_000], random);
	return randomBelow(random, 2) === 0
		? "[".repeat(depth) + json + "]".repeat(depth)
		: '{"a":'.repeat(depth) + json + "}".repeat(depth);
}

function changedScalar(value: unknown, json: string, random: Random): string {
	if (typeof value === "number") {
		const by = pick([1, -1, 0.5, value, -2 * value, 2 ** 32, 2e9], random);
		return JSON.stringify(value + by);
	}
	if (typeof value === "string") {
		const text = Buffer.from(value);
		return JSON.stringify(
			pick(
				[
					() => value + value,
					() => value.slice(0, randomBelow(random, value.length + 1)),
					() => mutateText(text, random).toString(),
					() => `${value}${pick(KEYS, random)}`,
					() => value.repeat(1000).slice(0, 10_000),
				],
				random,
			)(),
		);
	}
	return randomBelow(random, 2) === 0 ? pick(VALUES, random) : `[${json}]`;
}

function changedItems(
	items: string[],
	random: Random,
	made: () => string,
): string[] {
	const at = randomBelow(random, items.length + 1);
	const other = randomBelow(random, items.length + 1);
	const changed = [...items];
	switch (randomBelow(random, 5)) {
		case 0:
			changed.splice(at, 1);
			break;
		case 1:
			changed.splice(at, 0, ...items.slice(other, other + 1));
			break;
		case 2:
			changed.splice(at, 0, ...changed.splice(other, 1));
			break;
		case 3:
			changed.splice(at, 1, made());
			break;
		default:
			changed.splice(at, 0, made());
	}
	return changed;
}

/** A text as bytes, one time in eight with what editors and other systems make of it. */
function encoded(text: string, random: Random): Buffer {
	const bytes = Buffer.from(text);
	if (randomBelow(random, 8) !== 0) return bytes;
	const at = randomBelow(random, bytes.length + 1);
	return pick(
		[
			() => Buffer.from(`\ufeff${text}`),
			() => Buffer.from(text.replaceAll(",", ",\r\n")),
			() => Buffer.from(text, "utf16le"),
			() => replaced(bytes, at, at, Buffer.from([0])),
			() => replaced(bytes, at, at, Buffer.from([0xff])),
			() => replaced(bytes, at, at, Buffer.from([0xed, 0xa0, 0x80])),
			() => Buffer.concat([bytes, bytes]),
		],
		random,
	)();
}
