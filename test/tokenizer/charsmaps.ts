// Rules of normalization in SentencePiece's binary form.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fixtures } from "../helpers.js";

/** SentencePiece's own rules, those of T5 and XLM-R, in base64. */
export const nmtNfkc = (): string =>
	gunzipSync(readFileSync(join(fixtures, "charsmaps/nmt_nfkc.gz"))).toString(
		"base64",
	);

interface Node {
	children: Map<number, Node>;
	value: number | null;
}

/** A charsmap of any rules, each node of its trie in a block of its own, in base64. */
export function charsmapOf(rules: ReadonlyMap<string, string>): string {
	const root: Node = { children: new Map(), value: null };
	let texts = Buffer.alloc(0);
	for (const [from, to] of rules) {
		let node = root;
		for (const byte of Buffer.from(from)) {
			const next = node.children.get(byte) ?? {
				children: new Map(),
				value: null,
			};
			node.children.set(byte, next);
			node = next;
		}
		node.value = texts.length;
		texts = Buffer.concat([texts, Buffer.from(`${to}\0`)]);
	}
	const units: number[] = [];
	const place = (node: Node, at: number, label: number) => {
		const base = units.length;
		for (let i = 0; i < 256; i++) units.push(0);
		const ends = node.value === null ? 0 : 0x100;
		units[at] = (label | ends | ((at ^ base) << 10)) >>> 0;
		if (node.value !== null) units[base] = (node.value | 0x80000000) >>> 0;
		for (const [byte, child] of node.children) place(child, base ^ byte, byte);
	};
	for (let i = 0; i < 256; i++) units.push(0);
	place(root, 0, 0);
	return charsmapBytes(units, texts).toString("base64");
}

export function charsmapBytes(
	units: readonly number[],
	texts: Uint8Array,
): Buffer {
	const head = Buffer.alloc(4 + 4 * units.length);
	head.writeUInt32LE(4 * units.length);
	units.forEach((unit, i) => {
		head.writeUInt32LE(unit, 4 + 4 * i);
	});
	return Buffer.concat([head, texts]);
}
