import { beforeEach, describe, expect, it } from "vitest";
import { Int32Buffer } from "../../src/core/buffers.js";
import { giveMemory, takeMemory } from "../../src/core/memory.js";

const MB = 1 << 20;

// What other tests in this process gave back is taken: no more is ever kept.
beforeEach(() => {
	for (let i = 0; i < 1024; i++) takeMemory(1 << 16);
});

describe("memory that is used again", () => {
	it("gives the smallest that is large enough, to one only", () => {
		const [small, large] = [new ArrayBuffer(MB), new ArrayBuffer(4 * MB)];
		giveMemory(large);
		giveMemory(small);
		// Of two buffers that differ `toBe` would show every byte.
		expect(takeMemory(MB - 5) === small).toBe(true);
		expect(takeMemory(MB - 5) === large).toBe(true);
		expect(takeMemory(MB - 5).byteLength).toBe(MB);
	});

	it("keeps no more than 64 MB, and nothing small", () => {
		const given = Array.from({ length: 9 }, () => new ArrayBuffer(10 * MB));
		for (const memory of [...given, new ArrayBuffer(100)]) giveMemory(memory);
		const taken = new Set(given.map(() => takeMemory(10 * MB)));
		expect(given.filter((memory) => taken.has(memory)).length).toBe(6);
		expect(takeMemory(100).byteLength).toBe(104);
	});

	it("does not show what a buffer held before", () => {
		const first = new Int32Buffer(1);
		first.append(new Int32Array(MB).fill(7));
		const { buffer } = first.view();
		first.free();
		expect(first.view()).toEqual(new Int32Array());
		const second = new Int32Buffer(1);
		second.append([1, 2]);
		second.reserve(MB - 2);
		expect(second.array.buffer === buffer).toBe(true);
		expect(second.view()).toEqual(new Int32Array([1, 2]));
	});
});
