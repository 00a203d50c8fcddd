import { type Random, randomBelow } from "../../../src/core/random.js";

/** What is put into lines: pieces of JSON, right and wrong. */
const PIECES = [
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

/** Changes a line in one to four places. */
export function mutate(line: Buffer, random: Random): Buffer {
	const changes = 1 + randomBelow(random, 4);
	for (let i = 0; i < changes; i++) line = mutateOnce(line, random);
	return line;
}

function mutateOnce(line: Buffer, random: Random): Buffer {
	const at = randomBelow(random, line.length + 1);
	const length = 1 + randomBelow(random, 8);
	const before = line.subarray(0, at);
	const rest = line.subarray(at);
	const piece = () =>
		Buffer.from(PIECES[randomBelow(random, PIECES.length)] as string);
	switch (randomBelow(random, 8)) {
		case 0:
			return before;
		case 1:
			return Buffer.concat([before, rest.subarray(length)]);
		case 2:
			return Buffer.concat([before, rest.subarray(0, length), rest]);
		case 3: {
			const changed = Buffer.from(line);
			if (at < line.length) changed[at] ^= 1 << randomBelow(random, 8);
			return changed;
		}
		case 4:
			return swapTokens(line, random);
		case 5:
			return Buffer.concat([before, piece(), rest.subarray(length)]);
		default:
			return Buffer.concat([before, piece(), rest]);
	}
}

/** Swaps two of the tokens that a line has. */
function swapTokens(line: Buffer, random: Random): Buffer {
	const tokens =
		line.toString("latin1").match(/"(?:[^"\\]|\\.)*"|[^"{}[\],:]+|./gs) ?? [];
	if (tokens.length === 0) return line;
	const i = randomBelow(random, tokens.length);
	const j = randomBelow(random, tokens.length);
	[tokens[i], tokens[j]] = [tokens[j], tokens[i]];
	return Buffer.from(tokens.join(""), "latin1");
}
