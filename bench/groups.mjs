// How fast steps are planned for groups of devices and for micro-batches under a cap, in ms of one
// thread's processor time, and how far plans are from what none beats. Beside verl's and
// Megatron-LM's functions: npm run test:interop -- balancing
//
//   npm run build && node bench/groups.mjs [steps]
import {
	createRandom,
	itemsOfLengths,
	parallelPlans,
	planGroups,
	planMicroBatches,
} from "../dist/src/parallel.js";

const steps = Number(process.argv[2] ?? 500);
const DEVICES = 64;
const RANKS = 8;

/** FlexSP's constants of a model of 7 billion parameters, and tokens of a device of 30 GB. */
const sevenBillion = {
	...{ perSquare: 5.128e-6, perToken: 0.18396, fixed: 629.36 },
	communication: {
		perToken: 2,
		bandwidth: { 2: 119.54, 4: 104.07, 8: 96.5, 16: 10.33, 32: 5.94, 64: 4.87 },
	},
};
const tokensPerDevice = 6484;

/** Lengths of a step: lognormal, 1,000 in the middle. */
function lengthsOf(seed, most) {
	const random = createRandom(seed);
	const uniform = () => (random() + 0.5) / 2 ** 32;
	return Int32Array.from({ length: 512 }, () => {
		const normal =
			Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
		return Math.min(most, Math.ceil(1000 * Math.exp(1.2 * normal)));
	});
}

function measure(name, most, plan) {
	const all = Array.from({ length: steps }, (_, seed) => lengthsOf(seed, most));
	const ratios = [];
	const imbalances = [];
	let microBatches = 0;
	let used = 0;
	for (const lengths of all) {
		const begin = process.cpuUsage();
		const made = plan(lengths);
		const { user, system } = process.cpuUsage(begin);
		used += user + system;
		ratios.push(made.cost / made.bound);
		microBatches += made.microBatches;
		imbalances.push(...imbalancesOf(made));
	}
	const mean = (numbers) =>
		(numbers.reduce((a, b) => a + b) / numbers.length).toFixed(3);
	ratios.sort((a, b) => a - b);
	console.log(
		[
			name.padEnd(28),
			(used / 1000 / steps).toFixed(2).padStart(6),
			`${((used / 1e6 / steps) * 10_000).toFixed(0)} s`.padStart(8),
			(microBatches / steps).toFixed(1).padStart(6),
			mean(ratios).padStart(7),
			ratios[Math.floor(0.99 * ratios.length)].toFixed(3).padStart(7),
			mean(imbalances).padStart(7),
		].join(" "),
	);
}

/** Of each micro-batch the slowest group over the mean of its devices. */
function imbalancesOf({ microBatches, groups }) {
	const most = new Array(microBatches).fill(0);
	const all = most.map(() => 0);
	const devices = most.map(() => 0);
	for (const { microBatch, degree, cost } of groups) {
		most[microBatch] = Math.max(most[microBatch], cost);
		all[microBatch] += degree * cost;
		devices[microBatch] += degree;
	}
	return most.map((slowest, i) => (slowest * devices[i]) / all[i]);
}

console.log(`${steps} steps of 512 sequences; cost over the bound: mean, 99th of 100; max/mean in a micro-batch

                               ms   10,000  micro-  over the bound  max/
                           a step    steps batches    mean    99 %  mean`);
for (const rule of parallelPlans.names) {
	measure(`${DEVICES} devices, ${rule}, L²`, 32768, (lengths) =>
		planGroups(lengths, DEVICES, { tokensPerDevice, rule }),
	);
	measure(`${DEVICES} devices, ${rule}, 7B`, 32768, (lengths) =>
		planGroups(lengths, DEVICES, {
			...{ tokensPerDevice, rule, cost: sevenBillion },
		}),
	);
}
for (const [name, most, options] of [
	["flat", 8192, { maxTokens: 32768 }],
	["flat, tight", 32768, { maxTokens: 32768 }],
	["padded", 8192, { maxTokens: 32768, padded: true }],
])
	measure(`${RANKS} ranks, ${name}`, most, (lengths) =>
		planMicroBatches(itemsOfLengths(lengths), RANKS, options),
	);
