import { defineConfig } from "vitest/config";

/** Tests that measure seconds. */
const TIMES = "test/**/*.times.test.ts";

/** Tests that take a part of what there is, or everything: `npm run test:everything`. */
const PARTIAL = [
	"test/{documents/conversations/recorded,report/estimate-build,build/formats,build/kill,build/resume,plan/replace,sources/formats,sources/json/mutations}.test.ts",
	"test/tokenizer/{bpe-components,bpe-tokenizer,normalize-nfc,tokenizers}.test.ts",
];

/** Tests of functions alone, which share the modules that they load. */
const UNITS =
	"test/{core,curriculum,decompose,documents,masks,options,pack,sources,tables}/**/*.test.ts";

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
					exclude: [TIMES, UNITS],
					// On a machine of two cores: what is written is waited for.
					maxWorkers: 3,
				},
			},
			{
				extends: true,
				test: {
					name: "units",
					include: [UNITS],
					exclude: [TIMES],
					isolate: false,
					maxWorkers: 3,
				},
			},
			{
				extends: true,
				test: {
					name: "everything",
					include: PARTIAL,
					env: { SEQPACK_EVERYTHING: "1" },
					testTimeout: 600_000,
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
