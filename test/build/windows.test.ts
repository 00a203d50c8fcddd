import fc from "fast-check";
import { expect, test } from "vitest";
import { type Window, windowsOf } from "../../src/build/windows.js";
import { TokenBatchBuilder } from "../../src/core/token-batch.js";
import type { TokenizedBatch } from "../../src/documents/tokenize-documents.js";

interface Document {
	id: string | null;
	source: string;
	position: number;
	tokens: number[];
}

const documents = fc.array(
	fc.record({
		id: fc.option(fc.string()),
		position: fc.nat(),
		tokens: fc.array(fc.nat(9), { maxLength: 12 }),
	}),
	{ maxLength: 12 },
);
const batches = fc.array(
	fc.record({ source: fc.constantFrom("a", "b"), documents }),
	{ maxLength: 6 },
);

/** The batches as tokens, in memory that is used again for each. */
async function* tokenized(
	list: { source: string; documents: Omit<Document, "source">[] }[],
	onClose: () => void = () => {},
): AsyncGenerator<TokenizedBatch, string> {
	const builder = new TokenBatchBuilder();
	try {
		for (const { source, documents } of list) {
			builder.clear();
			for (const { tokens } of documents) {
				builder.ids.append(tokens);
				builder.endList();
			}
			yield {
				source,
				ids: documents.map(({ id }) => id),
				positions: documents.map(({ position }) => position),
				numbers: documents.map((_, i) => i + 1),
				bytes: 0,
				hashes: null,
				cuts: null,
				sides: null,
				tokens: builder.view(),
			};
		}
		return "the end";
	} finally {
		onClose();
	}
}

/** Document after document into the window at hand, until that has enough; one that is enough is alone. */
function byHand(all: Document[], size: number): Document[][] {
	const windows: Document[][] = [[]];
	for (const document of all) {
		const isAlone = document.tokens.length >= size;
		if (isAlone) windows.push([]);
		const last = windows[windows.length - 1];
		last.push(document);
		const tokens = last.reduce((sum, each) => sum + each.tokens.length, 0);
		if (tokens >= size) windows.push([]);
	}
	return windows.filter((window) => window.length > 0);
}

function documentsOf({ ids, sources, positions, lengths, tokens }: Window) {
	const { offsets } = tokens;
	return [...lengths].map((length, d) => {
		expect(offsets[d + 1] - offsets[d]).toBe(length);
		return {
			id: ids[d],
			source: sources[d],
			position: positions[d],
			tokens: [...tokens.ids.subarray(offsets[d], offsets[d + 1])],
		};
	});
}

test("windows are what putting documents in one by one gives", async () => {
	await fc.assert(
		fc.asyncProperty(
			batches,
			fc.integer({ min: 1, max: 40 }),
			async (list, size) => {
				const all = list.flatMap(({ source, documents }) =>
					documents.map((document) => ({ ...document, source })),
				);
				const windows = windowsOf(tokenized(list), 7, size);
				const found: Document[][] = [];
				let first = 0;
				let next = await windows.next();
				for (; !next.done; next = await windows.next()) {
					expect(next.value).toMatchObject({ task: 7, first });
					first += next.value.lengths.length;
					found.push(documentsOf(next.value));
				}
				expect(next.value).toBe("the end");
				expect(found).toEqual(byHand(all, size));
			},
		),
	);
});

test("who stops early closes what is read", async () => {
	let closed = false;
	const list = [
		{
			source: "a",
			documents: [{ id: null, position: 0, tokens: [1, 2, 3] }],
		},
	];
	const endless = Array(9).fill(list).flat();
	const windows = windowsOf(
		tokenized(endless, () => {
			closed = true;
		}),
		0,
		2,
	);
	await windows.next();
	expect(closed).toBe(false);
	await windows.return("");
	expect(closed).toBe(true);
});

test("a window has 2^18 documents at most, however few tokens they have", async () => {
	const count = 2 ** 19 + 3;
	async function* tiny(): AsyncGenerator<TokenizedBatch, string> {
		const offsets = Int32Array.from({ length: count + 1 }, (_, i) => i);
		yield {
			source: "a",
			ids: new Array(count).fill(null),
			positions: new Array(count).fill(0),
			numbers: new Array(count).fill(1),
			bytes: 0,
			hashes: null,
			cuts: null,
			sides: null,
			tokens: { ids: offsets.slice(0, count), offsets },
		};
		return "the end";
	}
	const sizes: number[] = [];
	const firsts: number[] = [];
	for await (const { lengths, first } of windowsOf(tiny(), 0, 2 ** 26)) {
		sizes.push(lengths.length);
		firsts.push(first);
	}
	expect(sizes).toEqual([2 ** 18, 2 ** 18, 3]);
	expect(firsts).toEqual([0, 2 ** 18, 2 ** 19]);
});
