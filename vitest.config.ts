import { defineConfig } from "vitest/config";

/** Tests that measure seconds. */
const TIMES = "test/**/*.times.test.ts";

/** Tests that take a part of what there is, or everything: `npm run test:everything`. */
const PARTIAL = [
	"test/{documents/conversations/recorded,build/formats,build/preference,build/kill,build/memory,pack/column-generation,sources/json/mutations}.test.ts",
	"test/tokenizer/{decoders,models,normalize-nfc,normalizers,patterns/patterns,pre-tokenizers/pre-tokenizers,random-pipelines}.test.ts",
];

/** Tests by chance: a few cases every day, many in `npm run nightly`. */
const CHANCE = "test/{crash,exhaustion,flips,fuzz}/**/*.test.ts";

/** Pages in a browser: `npm run test:browser`. */
const BROWSER = "test/browser/**/*.test.ts";

/** Of those by chance what starts many processes or threads, or takes long: not every day. */
const RARE =
	"test/{crash/{again,uploads},exhaustion/{changing-datasets,full-disk,limits,threads}}.test.ts";

/** Of these one test in eight runs from day to day, always the same, and all in `npm run test:everything`. */
const SAMPLED = [
	"test/build/{append,bad-input,buckets,build,carry,column-options,choose-documents,conversations,cut-window,for-trainer,given-weights,groups,left-files,loss-from,packing-options,prefix-tree,recipe,record,resume,segments,sources,specials-in-text,store,strata,strata-apart,syntax,task-order}.test.ts",
	"test/{audit/audit,batches/batch-streams,batches/document-shares,batches/groups,batches/kinds,batches/loss-weights,batches/resume,batches/streams,cli/batches,cli/streams,compose/compose-files,dataset/edited,dataset/verify,documents/conversations/jinja,documents/conversations/said,documents/token-lists,engines/groups,export/convert,export/formats,export/plans,plan/extend-plan,pack/max-sequence,plan/make-plan,plan/plan-groups,plan/plan-lanes,records/pack-records,report/diff/diff,report/figures/bounded,report/figures/kinds/plan,report/figures/read-figures,report/page/page,report/trace/trace-row,report/verify/lists,sources/compressions,sources/formats,sources/tables,tables/arrow-rows,tables/tables}.test.ts",
	"test/{build/formats,build/preference,build/validation,documents/conversations/hostile-templates,export/directory,pack/column-generation,security/credentials,security/network,storage/lock}.test.ts",
	"test/tokenizer/{patterns/javascript,patterns/patterns,random-pipelines}.test.ts",
	"test/tokenizer/{bpe-components,bpe-cuts,bpe-tokenizer,encode-utf8,inspect,metaspace-first,named-tokens,sentencepiece,tokenizers,word-encoder}.test.ts",
];

/** Tests that run in `npm run test:everything` alone. */
const LONG = [
	"test/batches/{far,meanwhile,read-ahead}.test.ts",
	"test/build/{many-inputs,object-store,overwrite,touch}.test.ts",
	"test/{cli/long-commands,cli/stop,compose/memory}.test.ts",
	"test/docs/{clusters,commands,contributing,guide,papers,prolong,strata}.test.ts",
	"test/security/{arrow-expansion,hostile-files,hostile-names,echo}.test.ts",
	"test/package/browser.test.ts",
	"test/{engines/tasks,plan/replace,report/estimate-build,report/figures/far,report/write-report}.test.ts",
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
					exclude: [TIMES, ...SAMPLED, ...LONG, RARE, BROWSER],
					// On a machine of two cores: what is written is waited for.
					maxWorkers: 3,
				},
			},
			{
				extends: true,
				test: {
					name: "sampled",
					include: SAMPLED,
					setupFiles: ["test/take-sample.ts"],
					maxWorkers: 3,
				},
			},
			{
				extends: true,
				test: {
					name: "everything",
					include: [...PARTIAL, ...SAMPLED, ...LONG, RARE],
					env: { SEQPACK_EVERYTHING: "1" },
					testTimeout: 600_000,
					maxWorkers: 3,
				},
			},
			{
				extends: true,
				test: {
					name: "browser",
					include: [BROWSER],
					maxWorkers: 1,
				},
			},
			{
				extends: true,
				test: {
					name: "nightly",
					include: [CHANCE],
					testTimeout: 6 * 3_600_000,
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
