import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerBound } from "../../src/pack/lower-bound.js";
import { pack } from "../../src/pack/pack.js";
import { type PackerName, packers } from "../../src/pack/packers.js";
import { StreamingPacker } from "../../src/pack/streaming.js";
import {
	checkPacking,
	instance,
	naturalLengths,
	optimum,
	packsOf,
} from "./instances.js";

describe.each(packers.names)("%s", (packer) => {
	test("puts each sequence in one pack, and no pack over capacity", () => {
		fc.assert(
			fc.property(instance, ([capacity, list]) => {
				const lengths = Int32Array.from(list);
				checkPacking(lengths, capacity, pack(lengths, capacity, { packer }));
			}),
			{ numRuns: 300 },
		);
	});

	test("keeps to a limit on sequences, or says that it has none", () => {
		fc.assert(
			fc.property(instance, fc.integer({ min: 1, max: 9 }), (given, most) => {
				const [capacity, list] = given;
				const lengths = Int32Array.from(list);
				const options = { packer, maxSequences: most };
				if ("maxSequences" in packers.find(packer).options)
					checkPacking(
						lengths,
						capacity,
						pack(lengths, capacity, options),
						most,
					);
				else
					expect(() => pack(lengths, capacity, options)).toThrow(
						/maxSequences would change nothing/,
					);
			}),
			{ numRuns: 200 },
		);
	});

	test("gives the same packs every time", () => {
		const lengths = naturalLengths(3000, 100, 1, 512);
		expect(pack(lengths, 512, { packer })).toEqual(
			pack(lengths.slice(), 512, { packer }),
		);
	});

	test("says what is wrong with lengths that cannot be packed", () => {
		const attempt = (lengths: number[], capacity: number) => () =>
			pack(Int32Array.from(lengths), capacity, { packer });
		expect(attempt([1], 0)).toThrow(/cannot hold 0 tokens/);
		expect(attempt([1], 2.5)).toThrow(/cannot hold 2.5 tokens/);
		expect(attempt([3, 0], 4)).toThrow(/sequence 1 has 0 tokens/);
		expect(attempt([3, -2], 4)).toThrow(/sequence 1 has -2 tokens/);
		expect(attempt([5], 4)).toThrow(/sequence 0 has 5 tokens.*from 1 to 4/);
		expect(() =>
			pack(Int32Array.of(1), 4, { packer, maxSequences: 0 }),
		).toThrow(/maxSequences is 0: give a whole number of at least 1/);
	});

	test("packs nothing into no packs", () => {
		const { order, packOffsets } = pack(new Int32Array(0), 8, { packer });
		expect([order.length, [...packOffsets]]).toEqual([0, [0]]);
	});
});

test("an unknown packer is named with those there are", () => {
	expect(() =>
		pack(Int32Array.of(1), 2, { packer: "toString" as "padded" }),
	).toThrow(/"toString".*no such packer.*best-fit-decreasing/);
});

interface OpenPack {
	left: number;
	since: number;
	members: number[];
}

/** Any fit by its definition, in quadratic time. */
function plain(
	lengths: number[],
	capacity: number,
	order: number[],
	choose: (fitting: OpenPack[]) => OpenPack | undefined,
	maxSequences = Number.POSITIVE_INFINITY,
): number[][] {
	const packs: OpenPack[] = [];
	order.forEach((sequence, time) => {
		const length = lengths[sequence];
		let pack = choose(
			packs.filter(
				({ left, members }) => left >= length && members.length < maxSequences,
			),
		);
		if (pack === undefined) {
			pack = { left: capacity, since: 0, members: [] };
			packs.push(pack);
		}
		pack.left -= length;
		pack.since = time;
		pack.members.push(sequence);
	});
	return packs.map(({ members }) => members);
}

const fullest = (fitting: OpenPack[]) =>
	fitting.toSorted((a, b) => a.left - b.left || a.since - b.since)[0];
const first = (fitting: OpenPack[]) => fitting[0];
const asTheyCome = (lengths: number[]) => [...lengths.keys()];
const longestFirst = (lengths: number[]) =>
	[...lengths.keys()].sort((a, b) => lengths[b] - lengths[a]);

test.each([
	["best-fit", asTheyCome, fullest],
	["best-fit-decreasing", longestFirst, fullest],
	["first-fit", asTheyCome, first],
	["first-fit-decreasing", longestFirst, first],
] as const)(
	"%s makes the packs of its definition, one by one",
	(packer, order, choose) => {
		fc.assert(
			fc.property(
				instance,
				fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
				([capacity, lengths], maxSequences) => {
					const options = { packer, maxSequences };
					const packing = pack(Int32Array.from(lengths), capacity, options);
					expect(packsOf(packing)).toEqual(
						plain(lengths, capacity, order(lengths), choose, maxSequences),
					);
				},
			),
			{ numRuns: 400 },
		);
	},
);

test("next-fit opens a pack when the last one has no room", () => {
	const packing = pack(Int32Array.of(3, 4, 2, 5, 5, 1), 8, {
		packer: "next-fit",
	});
	expect(packsOf(packing)).toEqual([
		[0, 1],
		[2, 3],
		[4, 5],
	]);
});

test("best-fit-decreasing needs at most 11/9 of the fewest packs and 6/9 of one", () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 9 }),
			(lengths) => {
				const { packOffsets } = pack(Int32Array.from(lengths), 20);
				const fewest = optimum(lengths, 20);
				const packs = packOffsets.length - 1;
				expect(packs).toBeGreaterThanOrEqual(fewest);
				expect(packs).toBeLessThanOrEqual(Math.floor((11 * fewest + 6) / 9));
			},
		),
		{ numRuns: 200 },
	);
});

test("longest-pack-first makes as many packs as best-fit-decreasing", () => {
	fc.assert(
		fc.property(instance, ([capacity, list]) => {
			const lengths = Int32Array.from(list);
			const byHistogram = pack(lengths, capacity, {
				packer: "longest-pack-first",
			});
			// Of equally full packs another one may be taken: the loads are the same.
			const loads = (packs: number[][]) =>
				packs
					.map((p) => p.reduce((sum, s) => sum + lengths[s], 0))
					.sort((a, b) => a - b);
			expect(loads(packsOf(byHistogram))).toEqual(
				loads(packsOf(pack(lengths, capacity))),
			);
		}),
	);
});

/**
 * Shortest-pack-first as its authors have it in Python: groups of packs by the
 * room they have, a length at a time, the emptiest group first.
 */
function shortestPackFirst(lengths: number[], capacity: number): number {
	const groups = new Map<number, number[]>();
	const add = (count: number, room: number) =>
		groups.set(room, [...(groups.get(room) ?? []), count]);
	for (let length = capacity; length > 0; length--) {
		let left = lengths.filter((each) => each === length).length;
		let offset = capacity - length;
		while (left > 0) {
			const found = groups.get(length + offset);
			if (found?.length) {
				const packs = found.pop() as number;
				const count = Math.min(packs, left);
				if (packs > left) found.push(packs - left);
				left -= count;
				add(count, offset);
			} else offset--;
			if (offset < 0 && left > 0) {
				add(left, capacity - length);
				left = 0;
			}
		}
	}
	return [...groups.values()].flat().reduce((sum, count) => sum + count, 0);
}

test("shortest-pack-first makes as many packs as its authors' code", () => {
	fc.assert(
		fc.property(instance, ([capacity, lengths]) => {
			const { packOffsets } = pack(Int32Array.from(lengths), capacity, {
				packer: "shortest-pack-first",
			});
			expect(packOffsets.length - 1).toBe(shortestPackFirst(lengths, capacity));
		}),
	);
});

describe("a limit on the sequences of a pack", () => {
	test.each([16, 32, 64])("of %i costs at most 3 % over the bound", (most) => {
		const lengths = naturalLengths(200_000, 150, 1.2, 8192);
		const bound = lowerBound(lengths, 8192, { maxSequences: most });
		const packs = (packer?: PackerName) =>
			pack(lengths, 8192, { packer, maxSequences: most }).packOffsets.length -
			1;
		expect(packs() / bound).toBeLessThan(1.03);
		// What best fit pays, and why there is a packer for it.
		expect(packs("best-fit-decreasing") / bound).toBeGreaterThan(1.08);
	});

	test("is never worse than best-fit-decreasing with it, nor better than possible", () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 9 }),
				fc.integer({ min: 1, max: 5 }),
				(list, maxSequences) => {
					const lengths = Int32Array.from(list);
					const packs = (packer: PackerName) =>
						pack(lengths, 20, { packer, maxSequences }).packOffsets.length - 1;
					expect(packs("capped")).toBeLessThanOrEqual(
						packs("best-fit-decreasing"),
					);
					expect(packs("capped")).toBeGreaterThanOrEqual(
						optimum(list, 20, maxSequences),
					);
				},
			),
		);
	});
});

describe("streaming", () => {
	test("with packs enough is best fit", () => {
		fc.assert(
			fc.property(instance, ([capacity, list]) => {
				const lengths = Int32Array.from(list);
				const streamed = pack(lengths, capacity, {
					packer: "streaming",
					openPacks: list.length + 1,
				});
				const sorted = (packs: number[][]) =>
					packs.toSorted((a, b) => a[0] - b[0]);
				expect(sorted(packsOf(streamed))).toEqual(
					sorted(packsOf(pack(lengths, capacity, { packer: "best-fit" }))),
				);
			}),
		);
	});

	test("holds no more than the open packs, and gives out the fullest", () => {
		const lengths = naturalLengths(20_000, 100, 1, 1000);
		const packer = new StreamingPacker(1000, { openPacks: 8 });
		const held = new Map<number, number>();
		lengths.forEach((length, i) => {
			held.set(i, length);
			for (const members of packer.add(i, length))
				for (const member of members) held.delete(member);
			const tokens = [...held.values()].reduce((a, b) => a + b, 0);
			expect(tokens).toBeLessThan(8 * 1000);
		});
		for (const members of packer.finish())
			for (const member of members) held.delete(member);
		expect(held.size).toBe(0);
	});

	test("loses less than 0.5 % to packing all at once on natural lengths", () => {
		const lengths = naturalLengths(200_000, 500, 1.2, 2048);
		const packs = (packer: PackerName) =>
			pack(lengths, 2048, { packer }).packOffsets.length - 1;
		expect(packs("streaming") / packs("best-fit-decreasing")).toBeLessThan(
			1.005,
		);
	});

	test("says what is wrong with the number of open packs", () => {
		expect(() => new StreamingPacker(8, { openPacks: 0 })).toThrow(
			/openPacks is 0: give a whole number from 1/,
		);
	});
});

test.each([2048, 8192, 131_072])(
	"by default a million natural lengths come within 0.01 % of the bound: capacity %i",
	(capacity) => {
		const lengths = naturalLengths(1_000_000, 500, 1.2, capacity);
		const packs = pack(lengths, capacity).packOffsets.length - 1;
		expect(packs / lowerBound(lengths, capacity)).toBeLessThan(1.0001);
	},
);
