/**
 * Where what a rule of the architecture forbids is still done. A test fails for a place
 * that is missing here, and for one that need no longer be here: the lists end empty.
 */
export const allowed: Readonly<Record<Rule, readonly string[]>> = {
	"imports that go up": [],
	circles: ["src/build/remainder-task.ts and src/build/task.ts"],
	"imports of local storage": [
		"src/batches/make-plan.ts",
		"src/batches/open-batches.ts",
		"src/batches/reader-source.ts",
		"src/build/build.ts",
		"src/build/run.ts",
		"src/dataset/create-shard.ts",
		"src/dataset/verify.ts",
		"src/report/document-lengths.ts",
		"src/sources/find-inputs.ts",
		"src/sources/read-documents.ts",
	],
	"flags in src": [
		"src/batches/batch-settings.ts",
		"src/batches/curriculum-options.ts",
		"src/batches/dataset-buckets.ts",
		"src/batches/ignored-options.ts",
		"src/batches/make-plan.ts",
		"src/batches/open-batches.ts",
		"src/batches/plan-pools.ts",
		"src/build/bucket-options.ts",
		"src/build/build.ts",
		"src/build/lock.ts",
		"src/build/options.ts",
		"src/build/output-directory.ts",
		"src/build/run.ts",
		"src/build/task.ts",
		"src/build/window.ts",
		"src/curriculum/fixed-length.ts",
		"src/curriculum/plan-stage.ts",
		"src/curriculum/schedules.ts",
		"src/curriculum/token-budget.ts",
		"src/curriculum/wanted-rows.ts",
		"src/decompose/buckets.ts",
		"src/decompose/decompose-documents.ts",
		"src/masks/sequence-parallel.ts",
		"src/pack/compare.ts",
		"src/pack/pack-documents.ts",
		"src/report/document-lengths.ts",
		"src/sources/bytes.ts",
		"src/sources/find-inputs.ts",
		"src/sources/jsonl.ts",
		"src/sources/text.ts",
	],
	"floors without a registry": [
		"curriculum",
		"dataset",
		"decompose",
		"masks",
		"pack",
		"sources",
		"storage",
		"tables",
	],
	"tests of a registered name": [],
};

export type Rule =
	| "imports that go up"
	| "circles"
	| "imports of local storage"
	| "flags in src"
	| "floors without a registry"
	| "tests of a registered name";

/**
 * Texts that are compared with something and are spelled like an entry of a registry,
 * but are something else: the place as the test prints it, and what they are.
 */
export const otherMeanings: Readonly<Record<string, string>> = {};
