// Tries what seqpack writes, and its Python reader, with other people's programs:
//
//   npm run test:interop [-- PART ...]           readers
//   npm run test:interop:heavy [-- PART ...]     trainers
//
// Makes virtual environments of what requirements/ lists; PYTHON is the interpreter that makes them,
// 3.11 or later. What cannot be made or tried is a failure.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { cache, environment } from "./environments.mjs";

/** Of each part its script, and the environments whose interpreters it takes. */
const groups = {
	light: {
		// What takes longest comes first.
		reader: { script: "python/run-reader.mjs", PYTHON: "light" },
		datasets: { script: "python/run-datasets.mjs", PYTHON: "light" },
		vocabularies: {
			script: "python/run-vocabularies.mjs",
			PYTHON: "vocabularies",
		},
		balancing: { script: "python/run-balancing.mjs", PYTHON: "balancing" },
		exports: {
			script: "python/run-exports.mjs",
			PYTHON: "light",
			PYTHON_STREAMING: "streaming",
		},
	},
	heavy: {
		trainers: { script: "trainers/run.mjs", PYTHON: "trainers" },
		tokens: { script: "python/run-special-tokens.mjs", PYTHON: "trainers" },
		reader: { script: "python/run-torch.mjs", PYTHON: "trainers" },
		exports: {
			script: "python/run-exports.mjs",
			PYTHON_TRAINERS: "trainers",
		},
	},
};

const [group, ...asked] = process.argv.slice(2);
const parts = groups[group];
const unknown = asked.find((name) => !(name in parts));
if (unknown) {
	const names = Object.keys(parts).join(", ");
	console.error(`there is no part ${unknown}: name some of ${names}.`);
	process.exit(2);
}
const chosen = asked.length > 0 ? asked : Object.keys(parts);

// All are made at once; parts whose environments are there run meanwhile.
const made = new Map();
for (const name of chosen)
	for (const [of, needed] of Object.entries(parts[name]))
		if (of !== "script" && !made.has(needed)) {
			const making = environment(needed);
			// Whoever waits for it is told.
			making.catch(() => {});
			made.set(needed, making);
		}

/** Parts that run at a time; each prints what it has to say when it ends. */
const AT_ONCE = group === "light" ? 2 : 1;

const failed = [];
const waiting = [...chosen];
async function tryParts() {
	for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
		await tryPart(name);
}
await Promise.all(Array.from({ length: AT_ONCE }, tryParts));
console.log(
	`\n${chosen.length - failed.length} of ${chosen.length} parts passed`,
);
if (failed.length > 0) process.exitCode = 1;

async function tryPart(name) {
	const { script, ...environments } = parts[name];
	try {
		const interpreters = {};
		for (const [variable, needed] of Object.entries(environments))
			interpreters[variable] = await made.get(needed).catch((error) => {
				throw new Error(
					`the environment ${needed} cannot be made: ${error.message}`,
				);
			});
		const start = performance.now();
		console.log(`${name} begins`);
		await run(name, script, interpreters);
		const seconds = Math.round((performance.now() - start) / 1000);
		console.log(`${name} passed in ${seconds} s`);
	} catch (error) {
		console.error(`${name} failed: ${error.message}`);
		failed.push(name);
	}
}

function run(name, script, interpreters) {
	// Without bytecode on the disk each start compiles all that it loads, which is seconds of a trainer's.
	const { PYTHON, PYTHONDONTWRITEBYTECODE, ...others } = process.env;
	const child = spawn(process.execPath, [join("test/interop", script)], {
		stdio: ["ignore", "pipe", "pipe"],
		env: {
			...others,
			HF_DATASETS_DISABLE_PROGRESS_BARS: "1",
			HF_HUB_DISABLE_PROGRESS_BARS: "1",
			HF_HUB_OFFLINE: "1",
			PYTHONPATH: resolve("python"),
			PYTHONPYCACHEPREFIX: join(cache, "bytecode"),
			PYTHONWARNINGS: "ignore",
			...interpreters,
		},
	});
	const said = [];
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (bytes) => said.push(bytes));
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code, signal) => {
			console.log(`\n${name}`);
			process.stdout.write(Buffer.concat(said));
			if (code === 0) resolve();
			else reject(new Error(`${script} ended with ${signal ?? code}`));
		});
	});
}
