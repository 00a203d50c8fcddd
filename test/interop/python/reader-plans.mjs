// Plans of every kind, and their batches as the command writes them, for the Python reader to
// compare with; by itself:
//
//   node test/interop/python/reader-plans.mjs DIRECTORY
import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
	build,
	exportRows,
	openBatches,
	packStore,
	planCurriculum,
} from "seqpack";
import { batchStreams } from "../../../dist/src/batches/batch-streams.js";

const ALL_COLUMNS = [
	"position_ids",
	"segment_ids",
	"seq_idx",
	"attention_mask",
	"loss_mask",
	"labels",
	"shift_labels",
	"cu_seqlens",
	"prompt_lengths",
	"chunk_offsets",
	"chunk_loss_tokens",
	"global_attention_mask",
	"scaled_positions",
];
const OF_ROWS = [
	...["cu_seqlens", "prompt_lengths"],
	...["chunk_offsets", "chunk_loss_tokens"],
];
/** What these columns are told, in one way and another. */
const told = { chunk: 100, positions: "stretch:20,4" };
const toldOfTokens = {
	positions: "random:7",
	globalAttention: "prompt-tokens",
};
const OF_SHARES = ALL_COLUMNS.filter((name) => !OF_ROWS.includes(name));

/** What is asked of each plan: ranks of worlds of 1, 2 and 4, and rows that are cut. */
const asked = [
	{ rank: 0, worldSize: 1 },
	{ rank: 0, worldSize: 2, columns: ALL_COLUMNS, ...told },
	{ rank: 1, worldSize: 2, columns: ["labels"] },
	...[0, 1, 2, 3].map((rank) => ({
		...{ rank, worldSize: 4, columns: ALL_COLUMNS },
		...{ ...toldOfTokens, chunk: 2 ** 12 },
	})),
	{
		rank: 1,
		worldSize: 4,
		columns: OF_SHARES,
		...toldOfTokens,
		sequenceParallel: 2,
	},
	{
		rank: 2,
		worldSize: 4,
		columns: OF_SHARES,
		positions: "linear:4",
		sequenceParallel: 2,
		sequenceShares: "zigzag",
	},
];

/** What is asked of plans whose rows may be trees of prefixes, and of all but streams besides. */
const columnsOfTrees = [
	...["position_ids", "subtree_end", "target_from", "target_weight"],
	...["node_parent", "node_entry", "node_exit", "node_multiplicity"],
];
const ofTrees = [
	{ rank: 0, worldSize: 1, columns: columnsOfTrees },
	{ rank: 1, worldSize: 2, columns: columnsOfTrees },
	{ rank: 3, worldSize: 4, columns: ["target_weight"] },
];
/** Of those whose sequences can be cut among ranks. */
const ofSequences = [
	{
		rank: 1,
		columns: [...OF_SHARES, "prompt_lengths"],
		...toldOfTokens,
		sequenceShares: "document-zigzag",
		sequenceMultiple: 12,
	},
	{ rank: 2, sequenceShares: "document-zigzag" },
	{
		rank: 3,
		columns: OF_SHARES,
		positions: "linear:4",
		sequenceShares: "document-contiguous",
	},
].map((options) => ({ ...options, worldSize: 4, sequenceParallel: 2 }));

/** What is asked of plans whose datasets have weights, besides. */
const ofWeights = { rank: 1, worldSize: 2, columns: ["loss_weight", "labels"] };
/** Of those whose datasets are carried with something. */
const ofCarried = { rank: 1, worldSize: 2, columns: ["version", "epoch"] };
/** Of those whose batches are padded. */
const ofPadded = {
	...{ rank: 1, worldSize: 2, padLoss: true },
	columns: ["loss_mask", "labels", "shift_labels"],
};

/** Of plans with groups of ranks: every rank, and every way of cutting rows where ranks share them. */
function askedOfGroups(name) {
	const isCut = !name.includes("micro");
	const ranks = name.includes("bytescale") ? [0, 1, 2, 3, 4, 5] : [0, 1, 2, 3];
	return [
		...ranks.map((rank) => ({ rank })),
		{ rank: 1, worldSize: ranks.length, columns: ["labels", "segment_ids"] },
		...(isCut
			? [
					{
						...{ rank: 2, sequenceShares: "document-contiguous" },
						columns: [...OF_SHARES, "prompt_lengths"],
						...toldOfTokens,
					},
					{ rank: 3, sequenceShares: "zigzag", columns: ["loss_mask"] },
					{ rank: 0, sequenceShares: "contiguous" },
				]
			: [{ rank: 3, columns: ALL_COLUMNS, ...told }]),
		...(name.startsWith("weighed") ? [{ ...ofWeights, worldSize: 4 }] : []),
	];
}

/** Builds datasets of every kind, and plans of them; gives the plans' names. */
async function makePlans(directory) {
	const at = (name) => join(directory, name);
	const common = {
		tokenizer: "fixtures/tokenizer",
		taskSize: 100_000,
		shardTokens: 8192,
		workers: 0,
	};
	const buckets = {
		...common,
		layout: "buckets",
		decomposer: "binary-random",
		minLength: 32,
		maxLength: 256,
	};
	const prose = ["fixtures/prose"];
	const code = ["fixtures/code"];
	await build({ ...buckets, inputs: prose, out: at("buckets") });
	await build({ ...buckets, inputs: code, out: at("buckets-code") });
	await build({ ...buckets, inputs: prose, plusOne: true, out: at("plus") });
	await build({
		...buckets,
		inputs: code,
		decomposer: "whole",
		minLength: 128,
		maxLength: 1024,
		out: at("whole"),
	});
	const packed = { ...common, inputs: code, seqLen: 512, format: "arrow" };
	await build({ ...packed, out: at("packed") });
	await build({ ...packed, format: "parquet", out: at("parquet") });
	await build({ ...packed, inputs: prose, out: at("packed-prose") });
	await build({ ...packed, lossWeight: "document", out: at("weights") });
	const records = at("carried.jsonl");
	writeFileSync(records, carriedRecords());
	const carried = {
		...common,
		inputs: [records],
		carry: ["version", "meta.epoch=-1"],
	};
	await build({
		...{ ...carried, seqLen: 512, format: "arrow" },
		out: at("carried"),
	});
	await build({ ...carried, layout: "documents", out: at("carried-store") });
	const masks = at("masks.jsonl");
	writeFileSync(masks, maskedRecords());
	const masked = {
		...common,
		tokenizer: undefined,
		vocabSize: 4096,
		inputs: [masks],
		tokensField: "ids",
		maskField: "mask",
		seqLen: 512,
		format: "arrow",
	};
	await build({ ...masked, out: at("masked") });
	await build({
		...{ ...masked, maskField: "weights", lossWeight: "field" },
		out: at("weighed"),
	});
	await build({ ...masked, maskField: undefined, out: at("ids") });
	await build({ ...masked, packer: "padded", out: at("singles") });
	await build({
		...masked,
		seqLen: undefined,
		layout: "documents",
		out: at("masked-store"),
	});
	await build({
		...masked,
		maskField: undefined,
		seqLen: undefined,
		layout: "documents",
		out: at("ids-store"),
	});
	await build({
		...common,
		inputs: code,
		layout: "documents",
		out: at("store"),
	});
	const traces = at("traces.jsonl");
	writeFileSync(traces, tracesRecords());
	for (const [out, maskField] of [
		["trees", "mask"],
		["plain-trees", undefined],
	]) {
		const store = at(`store of ${out}`);
		await build({
			...{ ...masked, inputs: [traces], seqLen: undefined, maskField },
			layout: "documents",
			out: store,
		});
		await packStore({
			store,
			seqLen: 512,
			prefixTree: true,
			out: at(out),
			workers: 0,
		});
	}
	await build({
		...{ ...common, inputs: prose, layout: "documents" },
		...{ strata: "short:-2000,long:2000-9000", out: at("strata-store") },
	});
	await packStore({
		...{ store: at("strata-store"), strataApart: true, seqLen: 512 },
		...{ out: at("strata-packing"), workers: 0 },
	});
	for (const [store, out] of [
		["store", "packing"],
		["masked-store", "masked-packing"],
		["carried-store", "carried-packing"],
	])
		await packStore({
			store: at(store),
			seqLen: 512,
			out: at(out),
			workers: 0,
		});
	await exportRows({
		packing: at("masked-packing"),
		out: at("masked-rows"),
		workers: 0,
	});
	await packStore({
		store: at("store"),
		layout: "buckets",
		decomposer: "binary-random",
		minLength: 32,
		maxLength: 256,
		out: at("bucket-packing"),
		workers: 0,
	});
	const documents = { order: "documents", chunk: 256, maxChunks: 20 };
	const plans = {
		natural: { datasets: ["buckets"] },
		grow: { datasets: ["buckets"], schedule: "grow-p2", cycles: 2, epochs: 3 },
		olmo: { datasets: ["buckets"], schedule: "olmo-grow-p2", seed: 7 },
		stages: {
			datasets: ["buckets", "buckets-code"],
			stages: [
				{ maxLength: 64, weights: [0.7, 0.30000001], tokens: 40_960 },
				{ schedule: "grow-linear" },
			],
			epochs: 2,
		},
		plus: { datasets: ["plus"], schedule: "shrink-p100" },
		whole: { datasets: ["whole"], padId: 3 },
		packed: { datasets: ["packed"], epochs: 2 },
		mixed: { datasets: ["packed", "packed-prose"], seed: 5 },
		"flat-packed": { datasets: ["packed"], batches: "flat" },
		"flat-buckets": { datasets: ["plus"], batches: "flat" },
		"flat-masked": { datasets: ["masked", "ids"], batches: "flat" },
		weights: { datasets: ["weights"] },
		"flat-weights": { datasets: ["weights"], batches: "flat" },
		"field-weights": { datasets: ["weighed"] },
		"flat-field-weights": { datasets: ["weighed"], batches: "flat" },
		strata: {
			datasets: ["strata-packing"],
			strataWeights: { short: 1, long: 3 },
			tokens: 81_920,
		},
		stratum: {
			datasets: ["strata-packing#stratum:long", "strata-packing#stratum:"],
		},
		masked: { datasets: ["masked"] },
		carried: { datasets: ["carried-packing", "carried"] },
		"flat-carried": {
			datasets: ["carried", "carried-packing"],
			batches: "flat",
		},
		packing: { datasets: ["packing"], epochs: 2 },
		"masked-packing": { datasets: ["masked-packing"] },
		"packing-and-rows": { datasets: ["packing", "packed"] },
		"masked-packing-and-rows": { datasets: ["ids", "masked-packing"] },
		"bucket-packing": { datasets: ["bucket-packing"] },
		"flat-packing": { datasets: ["masked-packing"], batches: "flat" },
		trees: { datasets: ["trees"], epochs: 2 },
		"plain-trees": { datasets: ["plain-trees"] },
		"rows-and-trees": { datasets: ["ids", "trees", "plain-trees", "masked"] },
		streams: { datasets: ["store"], ...documents, epochs: 2 },
		"masked-streams": { datasets: ["masked-store", "ids-store"], ...documents },
		// Rows of one sequence each, of which the long ones want several ranks.
		"flat-groups": {
			...{ datasets: ["singles"], batches: "flat", tokensPerStep: 16_384 },
			...{ parallelPlan: "flexsp", devices: 4, tokensPerDevice: 192 },
		},
		"flat-bytescale-groups": {
			...{ datasets: ["singles", "masked"], batches: "flat", seed: 2 },
			...{ parallelPlan: "bytescale", devices: 6, tokensPerDevice: 192 },
		},
		"packed-groups": {
			...{ datasets: ["packed"], parallelPlan: "hybrid-cp", devices: 4 },
			tokensPerDevice: 320,
		},
		"flat-micro-groups": {
			...{ datasets: ["masked-packing", "ids"], batches: "flat" },
			maxTokensPerMicroBatch: 768,
		},
		"micro-groups": { datasets: ["plus"], maxTokensPerMicroBatch: 512 },
		"weighed-micro-groups": {
			...{ datasets: ["weighed"], maxTokensPerMicroBatch: 768 },
		},
		moving: {
			datasets: ["buckets", "buckets-code"],
			weightsAt: [
				[0, [0.9, 0.1]],
				[40, [0.25, 0.75]],
			],
			tokens: 60 * 4096,
		},
		skipped: { extend: "moving", skip: [[5, 9]] },
		regrouped: { extend: "skipped", fromStep: 20, tokensPerStep: 8192 },
		appended: {
			extend: "regrouped",
			fromStep: 30,
			datasets: ["bucket-packing"],
		},
	};
	for (const [name, { extend, datasets = [], ...options }] of Object.entries(
		plans,
	))
		await planCurriculum({
			...(extend === undefined
				? {
						tokensPerStep: 4096,
						...(options.devices === undefined && { worldSize: 4 }),
					}
				: { extend: at(`plan-${extend}`) }),
			...options,
			datasets: datasets.map(at),
			out: at(`plan-${name}`),
		});
	await planCurriculum({
		datasets: [at("packed")],
		tokensPerStep: 4096,
		batches: "token-budget",
		out: at("plan-token-budget"),
	});
	return Object.keys(plans);
}

/** Texts with numbers of which every third record lacks one. */
function carriedRecords() {
	const lines = [];
	for (let i = 0; i < 200; i++) {
		const meta = i % 3 > 0 ? { epoch: i } : {};
		const text = `record ${i}: `.repeat(1 + ((i * 37) % 60));
		lines.push(JSON.stringify({ text, version: 1000 - i * i, meta }));
	}
	return `${lines.join("\n")}\n`;
}

/** Token ids with a mask, as a trainer on answers has them. */
function maskedRecords() {
	const lines = [];
	let state = 1;
	const next = (limit) => {
		state = (state * 48271) % 2147483647;
		return state % limit;
	};
	for (let i = 0; i < 300; i++) {
		const count = 2 + next(300);
		const ids = Array.from({ length: count }, () => next(4000));
		const mask = ids.map((_, at) => Number(at % 50 > 20));
		const weights = mask.map((trains, at) => (trains * (at % 7)) / 4);
		lines.push(JSON.stringify({ ids, mask, weights }));
	}
	return `${lines.join("\n")}\n`;
}

/** Answers to prompts, as token ids with masks: what is trained on in one is context in another. */
function tracesRecords() {
	const lines = [];
	let state = 7;
	const next = (limit) => {
		state = (state * 48271) % 2147483647;
		return state % limit;
	};
	const tokens = (count) => Array.from({ length: count }, () => next(4000));
	for (let p = 0; p < 60; p++) {
		const prompt = tokens(20 + next(200));
		const turn = tokens(20 + next(60));
		for (let a = 0; a < 1 + next(6); a++) {
			const ids = [...prompt, ...(a % 2 ? turn : []), ...tokens(1 + next(150))];
			const mask = ids.map((_, at) => Number((at + 10 * a) % 50 > 20));
			lines.push(JSON.stringify({ ids, mask }));
		}
	}
	return `${lines.join("\n")}\n`;
}

async function writeStream(plan, options, file) {
	const batches = await openBatches(plan, { ...options, readAhead: 0 });
	const out = createWriteStream(file);
	for await (const part of batchStreams.find("arrow").encode(batches))
		out.write(part);
	await new Promise((resolve, reject) => {
		out.on("error", reject).end(resolve);
	});
}

/** Writes to a directory all plans, their batches, and `cases.json`: what is what. */
export async function writeCases(directory) {
	const cases = [];
	for (const name of await makePlans(directory)) {
		const plan = join(directory, `plan-${name}`);
		const all = name.endsWith("groups")
			? askedOfGroups(name)
			: [
					...(name.endsWith("trees") ? [] : asked),
					...(name.endsWith("streams") ? [] : ofTrees),
					...(name.endsWith("weights") ? [ofWeights] : []),
					...(name.endsWith("carried")
						? [ofCarried, { ...ofSequences[1], ...ofCarried, worldSize: 4 }]
						: []),
					...(/streams$|trees$/.test(name) ? [] : ofSequences),
					...(/^flat|streams$|trees$/.test(name) ? [] : [ofPadded]),
				];
		for (const [i, options] of all.entries()) {
			const file = join(directory, `${name}-${i}.arrow`);
			await writeStream(plan, options, file);
			cases.push({ name, plan, options, file });
		}
	}
	writeFileSync(join(directory, "cases.json"), JSON.stringify(cases));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
	await writeCases(process.argv[2]);
