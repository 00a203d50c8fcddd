import { expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.js";
import { registry } from "../../src/core/registry.js";

const animals = registry("animal", {
	dog: { legs: 4 },
	bird: { legs: 2 },
});

test("finds entries by name, in their order", () => {
	expect(animals.names).toEqual(["dog", "bird"]);
	expect(animals.find("bird")).toEqual({ legs: 2 });
	expect(animals.has("dog")).toBe(true);
	expect(animals.where(({ legs }) => legs > 2)).toEqual(["dog"]);
	expect(animals.entries()).toEqual([
		["dog", { legs: 4 }],
		["bird", { legs: 2 }],
	]);
});

test("a name that is in no entry is refused, with those that there are", () => {
	for (const [name, sentence] of [
		[
			"brid",
			'there is no animal "brid"; did you mean bird? there are: dog, bird.',
		],
		["snake", 'there is no animal "snake"; there are: dog, bird.'],
		["toString", 'there is no animal "toString"; there are: dog, bird.'],
		["__proto__", 'there is no animal "__proto__"; there are: dog, bird.'],
	]) {
		expect(animals.has(name)).toBe(false);
		expect(() => animals.find(name)).toThrow(UsageError);
		expect(() => animals.find(name)).toThrow(sentence);
	}
});
