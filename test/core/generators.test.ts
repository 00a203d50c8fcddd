import { describe, expect, test } from "vitest";
import { consume, mapGenerator } from "../../src/core/generators.js";

/** Gives the numbers below 5, returns "all", and notes when it is closed. */
function numbers(failAt = Infinity) {
	const state = { closed: 0 };
	async function* give(): AsyncGenerator<number, string> {
		try {
			for (let i = 0; i < 5; i++) {
				if (i === failAt) throw new Error("input");
				yield i;
			}
			return "all";
		} finally {
			state.closed++;
		}
	}
	return { state, input: give() };
}

type Taker = (input: AsyncGenerator<number>) => AsyncGenerator<number>;

/** Each way to take from a generator that gives the same batches. */
const takers: Record<string, Taker> = {
	mapGenerator: (input) => mapGenerator(input, (n) => n),
};

describe.each(Object.entries(takers))("%s", (_, take) => {
	test("gives all batches, and closes its input at the end", async () => {
		const { state, input } = numbers();
		const seen: number[] = [];
		const returned = await consume(take(input), (n) => {
			seen.push(n);
		});
		expect(seen).toEqual([0, 1, 2, 3, 4]);
		expect(JSON.stringify(returned)).toContain("all");
		expect(state.closed).toBe(1);
	});

	test("closes its input when it is left early", async () => {
		const { state, input } = numbers();
		for await (const n of take(input)) if (n === 2) break;
		expect(state.closed).toBe(1);
	});

	test("passes on an error of its input", async () => {
		const { state, input } = numbers(2);
		await expect(consume(take(input), () => {})).rejects.toThrow("input");
		expect(state.closed).toBe(1);
	});

	test("closes its input when what uses it fails", async () => {
		const { state, input } = numbers();
		const use = () => {
			throw new Error("use");
		};
		await expect(consume(take(input), use)).rejects.toThrow("use");
		expect(state.closed).toBe(1);
	});
});

test("an error of the change closes the input", async () => {
	const { state, input } = numbers();
	const changed = mapGenerator(input, (n) => {
		if (n === 1) throw new Error("change");
		return n;
	});
	await expect(consume(changed, () => {})).rejects.toThrow("change");
	expect(state.closed).toBe(1);
});
