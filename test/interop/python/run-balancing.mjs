// Sequences shared out by verl's and Megatron-LM's own functions, and by seqpack, on the same lengths: micro-batches
// within 0.5 % of verl's, which go over the cap, and groups that take no longer than Megatron-LM's. Prints how far
// all are from even, and the time that planning takes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	createRandom,
	itemsOfLengths,
	planGroups,
	planMicroBatches,
} from "../../../dist/src/index.js";

const RANKS = 8;
const MAX_TOKENS = 32768;
const DEVICES = 64;
const TOKENS_PER_DEVICE = 6484;

const random = createRandom(20);
const uniform = () => (random() + 0.5) / 2 ** 32;
const steps = (count, most, sequences) =>
	Array.from({ length: count }, () =>
		Array.from({ length: sequences }, () => {
			const normal =
				Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
			return Math.min(most, Math.ceil(1000 * Math.exp(1.2 * normal)));
		}),
	);
const forRanks = steps(10, 16384, 512);
const forGroups = steps(10, 32768, 512);

const directory = mkdtempSync(join(tmpdir(), "seqpack-balancing-"));
try {
	const write = {
		verl: forRanks.map((lengths) => [lengths, RANKS, MAX_TOKENS]),
		megatron: forGroups.map((lengths) => [lengths, DEVICES, TOKENS_PER_DEVICE]),
	};
	writeFileSync(join(directory, "steps.json"), JSON.stringify(write));
	execFileSync(
		process.env.PYTHON,
		["test/interop/python/balance.py", directory],
		{ stdio: "inherit" },
	);
	const { verl, megatron } = JSON.parse(
		readFileSync(join(directory, "plans.json"), "utf8"),
	);
	compareMicroBatches(verl);
	compareGroups(megatron);
} finally {
	rmSync(directory, { recursive: true, force: true });
}

function compareMicroBatches({ plans, milliseconds }) {
	const cost = { perToken: 24576, perSquare: 1 };
	const costOf = (items, lengths) =>
		sum(items.map((i) => 24576 * lengths[i] + lengths[i] ** 2));
	const theirs = measures();
	const ours = measures();
	for (const [i, lengths] of forRanks.entries()) {
		// [rank][micro-batch] as [micro-batch][rank].
		const [first] = plans[i];
		theirs.add(
			first.map((_, at) => plans[i].map((micro) => costOf(micro[at], lengths))),
			plans[i].flat().map((items) => sum(items.map((j) => lengths[j]))),
		);
		const begin = process.cpuUsage().user;
		const plan = planMicroBatches(
			itemsOfLengths(Int32Array.from(lengths)),
			RANKS,
			{ maxTokens: MAX_TOKENS, cost },
		);
		ours.took(process.cpuUsage().user - begin);
		ours.add(
			Array.from({ length: plan.microBatches }, (_, at) =>
				plan.groups
					.filter(({ microBatch }) => microBatch === at)
					.map(({ items }) => costOf([...items], lengths)),
			),
			plan.groups.map(({ items }) => sum([...items].map((j) => lengths[j]))),
		);
	}
	theirs.took(milliseconds * 1000 * forRanks.length);
	console.log(
		`micro-batches of at most ${MAX_TOKENS} tokens on ${RANKS} ranks, 512 lengths up to 16,384:`,
	);
	theirs.print("verl");
	ours.print("seqpack");
	assert(ours.mostTokens <= MAX_TOKENS);
	// Theirs are even at the price of the cap.
	assert(ours.inMicroBatch <= 1.005);
	assert(ours.cost <= 1.005 * theirs.cost);
}

/** Of steps: what their slowest ranks cost, and the largest over the mean. */
function measures() {
	const inMicroBatches = [];
	const ofRanks = [];
	let microseconds = 0;
	return {
		...{ cost: 0, mostTokens: 0, over: 0, steps: 0 },
		get inMicroBatch() {
			return sum(inMicroBatches) / inMicroBatches.length;
		},
		add(costs, tokens) {
			this.steps++;
			for (const ranks of costs) {
				this.cost += Math.max(...ranks);
				inMicroBatches.push(imbalance(ranks));
			}
			ofRanks.push(
				imbalance(costs[0].map((_, rank) => sum(costs.map((c) => c[rank])))),
			);
			this.mostTokens = Math.max(this.mostTokens, ...tokens);
			this.over += tokens.filter((some) => some > MAX_TOKENS).length;
		},
		took(more) {
			microseconds += more;
		},
		print(name) {
			console.log(
				`  ${name.padEnd(8)} ${inMicroBatches.length} micro-batches, max/mean ${this.inMicroBatch.toFixed(4)} in a micro-batch, at most ${Math.max(...inMicroBatches).toFixed(4)}; ${(sum(ofRanks) / ofRanks.length).toFixed(4)} of a step; at most ${this.mostTokens} tokens, ${this.over} times over the cap; ${(microseconds / 1000 / this.steps).toFixed(1)} ms a step`,
			);
		},
	};
}

function compareGroups({ plans, milliseconds }) {
	let theirs = 0;
	const ours = { "hybrid-cp": [0, 0], flexsp: [0, 0] };
	let bound = 0;
	for (const [i, lengths] of forGroups.entries()) {
		bound += sum(lengths.map((length) => length ** 2)) / DEVICES;
		const taken = new Set();
		for (const ofDevices of plans[i]) {
			const sharing = new Map();
			for (const item of ofDevices.flat())
				sharing.set(item, (sharing.get(item) ?? 0) + 1);
			for (const item of sharing.keys()) taken.add(item);
			theirs += Math.max(
				...ofDevices.map((items) =>
					sum(items.map((item) => lengths[item] ** 2 / sharing.get(item))),
				),
			);
		}
		assert.equal(taken.size, lengths.length);
		for (const [rule, measured] of Object.entries(ours)) {
			const begin = process.cpuUsage().user;
			const plan = planGroups(Int32Array.from(lengths), DEVICES, {
				tokensPerDevice: TOKENS_PER_DEVICE,
				rule,
			});
			measured[1] += process.cpuUsage().user - begin;
			measured[0] += plan.cost;
		}
	}
	console.log(
		`groups of ${DEVICES} devices of ${TOKENS_PER_DEVICE} tokens, 512 lengths up to 32,768, by the squared length; over what no plan beats:`,
	);
	const line = (name, cost, ms) =>
		console.log(
			`  ${name.padEnd(17)} ${(cost / bound).toFixed(3)}; ${ms.toFixed(1)} ms a step`,
		);
	line("Megatron-LM", theirs, milliseconds);
	for (const [rule, [cost, took]] of Object.entries(ours))
		line(`seqpack ${rule}`, cost, took / 1000 / forGroups.length);
	assert(ours.flexsp[0] <= theirs);
}

function sum(numbers) {
	return numbers.reduce((total, n) => total + n, 0);
}

function imbalance(costs) {
	return (Math.max(...costs) * costs.length) / sum(costs);
}
