import { defineConfig } from "vitest/config";

/** Tests that measure seconds. */
const TIMES = "test/**/*.times.test.ts";

export default defineConfig({
	test: {
		// Tests of the command start processes that tokenize real text.
		testTimeout: 60_000,
		hookTimeout: 60_000,
		projects: [
			{
				extends: true,
				test: {
					name: "tests",
					include: ["test/**/*.test.ts"],
					exclude: [TIMES],
					// The default is one less than the cores: one on a machine of two.
					maxWorkers: 2,
				},
			},
			{
				extends: true,
				// After all others, with nothing beside it.
				test: {
					name: "times",
					include: [TIMES],
					maxWorkers: 1,
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});
