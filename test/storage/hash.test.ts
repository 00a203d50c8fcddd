import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	canonicalJson,
	fingerprintOfFile,
	sha256,
	sha256OfFile,
	sha256OfJson,
} from "../../src/storage/hash.js";
import { localFiles } from "../../src/storage/local.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { directoryWith } from "../helpers.js";

test("SHA-256 of a text is that of the standard", () => {
	// FIPS 180-4, example B.1.
	expect(sha256("abc")).toBe(
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	);
	expect(sha256("é")).toBe(sha256(Buffer.from([0xc3, 0xa9])));
});

test("SHA-256 of a file is what sha256sum says", async () => {
	const bytes = Buffer.alloc(3_000_000, "some bytes");
	const path = `${directoryWith({ f: bytes })}/f`;
	const [sum] = execFileSync("sha256sum", [path], { encoding: "utf8" }).split(
		" ",
	);
	const expected = { sha256: sum, bytes: bytes.length };
	expect(await sha256OfFile(localFiles, path)).toEqual(expected);
	const small = memoryStorage({ f: bytes }, 1000);
	expect(await sha256OfFile(small, "f")).toEqual(expected);
});

test("a fingerprint sees the size and both ends of a file", async () => {
	const fingerprint = (bytes: Uint8Array) =>
		fingerprintOfFile(memoryStorage({ f: bytes }), "f", bytes.length);
	for (const size of [10, 1 << 16, (1 << 16) + 5, 1 << 18]) {
		const bytes = Buffer.alloc(size, "x");
		const known = await fingerprint(bytes);
		expect(await fingerprint(Buffer.from(bytes))).toBe(known);
		expect(await fingerprint(Buffer.alloc(size + 1, "x"))).not.toBe(known);
		for (const at of [0, size - 1]) {
			const changed = Buffer.from(bytes);
			changed[at]++;
			expect(await fingerprint(changed)).not.toBe(known);
		}
	}
});

test("equal values have one canonical JSON, and it is their JSON", () => {
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			const text = canonicalJson(value);
			expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
			expect(canonicalJson(JSON.parse(text))).toBe(text);
		}),
	);
	expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(
		'{"a":null,"b":[{"c":2,"d":1}]}',
	);
	expect(canonicalJson({ b: 1, a: 2 })).toBe(canonicalJson({ a: 2, b: 1 }));
});

test("the hash of an object is that of its canonical JSON", () => {
	fc.assert(
		fc.property(
			fc.dictionary(
				fc.stringMatching(/^[a-z][a-zA-Z"]*$/),
				fc.oneof(
					fc.jsonValue(),
					fc.constant(undefined),
					fc.array(fc.oneof(fc.jsonValue(), fc.constant(undefined))),
				),
			),
			(value) => {
				expect(sha256OfJson(value)).toBe(sha256(canonicalJson(value)));
			},
		),
	);
});
