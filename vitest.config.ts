import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// Tests of the command start processes that tokenize real text.
		testTimeout: 60_000,
	},
});
