import { defineConfig } from "vitest/config";

/** Tests that measure seconds. */
const TIMES = "test/**/*.times.test.ts";

/** Tests that take a part of what there is, or everything: `npm run test:everything`. */
const PARTIAL = [
	"test/{documents/conversations/recorded,report/estimate-build,build/append,build/formats,build/preference,build/kill,build/resume,build/store,export/convert,pack/column-generation,plan/{make-plan,replace},sources/formats,sources/json/mutations}.test.ts",
	"test/tokenizer/{bpe-components,bpe-tokenizer,decoders,inspect,models,normalize-nfc,normalizers,patterns/patterns,pre-tokenizers/pre-tokenizers,random-pipelines,tokenizers,word-encoder}.test.ts",
];

export default defineConfig({
	test: {
		// Tests of the command start processes that tokenize real text.
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// Files that run one after the other in a process share the modules that they load,
		// and Node loads what is built, as it does for users.
		isolate: false,
		server: { deps: { external: [/\/dist\/(src|cli|bin)\//] } },
		projects: [
			{
				extends: true,
				test: {
					name: "tests",
					include: ["test/**/*.test.ts"],
					exclude: [TIMES],
					// On a machine of two cores: what is written is waited for.
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
					isolate: true,
					include: [TIMES],
					maxWorkers: 1,
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});
