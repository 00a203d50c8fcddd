import { Lexer, Parser, parseDocument } from "yaml";
import { parseJson } from "../core/json.js";
import { shortened } from "../core/text.js";

/** Bytes of a file that a person writes, at most. */
const LARGEST = 1 << 26;
/** Values in each other. */
const DEEPEST = 200;
/** Values that aliases of YAML may stand for. */
const MOST_ALIASES = 100;

type Bad = (path: string, what: string) => Error;

/** The text of a file that a person writes. */
export function textOfFile(path: string, content: Buffer, bad: Bad): string {
	if (content.length <= LARGEST) return content.toString("utf8");
	throw bad(
		path,
		`it has ${content.length} bytes, and at most ${LARGEST} are read`,
	);
}

/**
 * What a file in YAML says, or in JSON (`.json`).
 * @param bad Makes the error of what it is not.
 */
export function parseFile(path: string, text: string, bad: Bad): unknown {
	if (/\.json$/i.test(path))
		try {
			return parseJson(text);
		} catch (error) {
			throw bad(path, `it is not JSON (${messageOf(error)})`);
		}
	if (depthOf(text) > DEEPEST) throw bad(path, TOO_DEEP);
	const document = parseDocument(text);
	const [error] = document.errors;
	if (error !== undefined)
		throw bad(path, `it is not YAML (${messageOf(error)})`);
	try {
		return document.toJS({ maxAliasCount: MOST_ALIASES });
	} catch (error) {
		throw bad(
			path,
			error instanceof RangeError
				? TOO_DEEP
				: `its aliases stand for too much (${messageOf(error)})`,
		);
	}
}

const TOO_DEEP = "its values lie too deep in each other";

/** How deep values lie in each other; beyond `DEEPEST` by how much is left open. What makes values of them goes down into each, until the stack ends. */
function depthOf(text: string): number {
	const parser = new Parser();
	let deepest = 0;
	for (const lexeme of new Lexer().lex(text)) {
		for (const _ of parser.next(lexeme));
		deepest = Math.max(deepest, parser.stack.length);
		if (deepest > DEEPEST) break;
	}
	return deepest;
}

function messageOf(error: unknown): string {
	return shortened((error as Error).message.split("\n")[0]);
}
