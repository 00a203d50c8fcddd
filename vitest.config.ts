import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// The default is one less than the cores: one on a machine of two.
		maxWorkers: 2,
		// Tests of the command start processes that tokenize real text.
		testTimeout: 60_000,
	},
});
