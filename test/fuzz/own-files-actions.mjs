// Does what reads seqpack's own files, one thing at a time as it is told, in a process that can be
// ended. Tells what came of it: a digest of the result, or the error.
import { createHash } from "node:crypto";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serialize } from "node:v8";
import {
	audit,
	build,
	buildStatus,
	convertDataset,
	datasetFormats,
	diff,
	exportDataset,
	finalizeBuild,
	openBatches,
	openBuild,
	openDataset,
	packRecords,
	packStore,
	planCurriculum,
	readFigures,
	reportHtml,
	SeqpackError,
	traceRow,
	verify,
} from "../../dist/src/index.js";

const BATCHES = 6;

/** What is done with a dataset, a plan or an unfinished build; gives what its result is known by. */
const actions = {
	async rows({ path }) {
		const dataset = await openDataset(path);
		const hash = createHash("sha256");
		for await (const { columns } of dataset.rows())
			hash.update(serialize(plain(columns)));
		return hash.digest("hex");
	},
	async row({ path, number }) {
		const dataset = await openDataset(path);
		return digestOf(plain(await dataset.row(number % 3)));
	},
	async documents({ path }) {
		const dataset = await openDataset(path);
		const hash = createHash("sha256");
		for await (const { columns } of dataset.documents())
			hash.update(serialize(plain(columns)));
		return hash.digest("hex");
	},
	async verify({ path }) {
		const { problemCount, problems } = await verify(path);
		return problemCount === 0 ? "sound" : { problem: problems[0] };
	},
	async figures({ path }) {
		await reportHtml([await readFigures(path, { rows: "0..1" })]);
		return null;
	},
	async audit({ path, options = {} }) {
		await audit(path, options);
		return null;
	},
	async trace({ path, number }) {
		await traceRow(path, number % 3, {});
		return null;
	},
	async diff({ path, other }) {
		await diff(path, other);
		await diff(other, path);
		return null;
	},
	async convert({ path, out, number }) {
		const { names } = datasetFormats;
		const format = names[number % names.length];
		await convertDataset({ dataset: path, out, format, overwrite: true });
		return null;
	},
	async export({ path, out, to, options }) {
		await exportDataset({ source: path, to, out, ...options });
		return null;
	},
	async pack({ path, out }) {
		await packStore({ store: path, seqLen: 64, workers: 0, out });
		return null;
	},
	async curriculum({ path, out, options }) {
		await planCurriculum({ datasets: [path], out, ...options });
		return null;
	},
	async extend({ path, out, options }) {
		await planCurriculum({ extend: path, out, ...options });
		return null;
	},
	async batches({ path, options }) {
		const batches = await openBatches(path, { readAhead: 0, ...options });
		const hash = createHash("sha256");
		let count = 0;
		for await (const { columns } of batches) {
			hash.update(serialize(plain(columns)));
			if (++count === BATCHES) break;
		}
		return hash.digest("hex");
	},
	async resume({ path, out, options }) {
		cpSync(path, out, { recursive: true });
		await build({ ...options, out });
		const manifest = JSON.parse(readFileSync(join(out, "seqpack.json")));
		return digestOf(manifest.shards);
	},
	async finalize({ path, out }) {
		cpSync(path, out, { recursive: true });
		await finalizeBuild(await openBuild(out));
		return null;
	},
	async status({ path }) {
		await buildStatus(path);
		return null;
	},
	async records({ path, options }) {
		await packRecords({ ...options, out: path, overwrite: true });
		return null;
	},
};

/** Columns with the values that are theirs alone, not all of the memory below them. */
function plain(value) {
	if (ArrayBuffer.isView(value)) return value.slice();
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(plain);
	return Object.fromEntries(
		Object.entries(value).map(([name, each]) => [name, plain(each)]),
	);
}

function digestOf(value) {
	return createHash("sha256").update(serialize(value)).digest("hex");
}

let stray = null;
const noteStray = (error) => {
	stray = `not caught: ${error?.stack ?? error}`;
};
process.on("unhandledRejection", noteStray);
process.on("uncaughtException", noteStray);

const inherited = namesInherited();

function namesInherited() {
	return [Object, Array, Function, String, Number, Promise]
		.flatMap((each) => Reflect.ownKeys(each.prototype).map(String))
		.join();
}

/** The most memory that this process has had since it was last asked. */
function peakMemory() {
	const status = readFileSync("/proc/self/status", "utf8");
	writeFileSync("/proc/self/clear_refs", "5");
	return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function outcomeOf({ action, ...given }) {
	try {
		return { result: await actions[action](given) };
	} catch (error) {
		if (error instanceof SeqpackError)
			return { code: error.code, message: error.message };
		return { untyped: error?.stack ?? String(error) };
	}
}

process.on("message", async (task) => {
	const before = process.cpuUsage();
	const outcome = await outcomeOf(task);
	// What was thrown beside it comes now.
	await new Promise((resolve) => setImmediate(resolve));
	const { user, system } = process.cpuUsage(before);
	const isPolluted = namesInherited() !== inherited;
	if (task.out !== undefined)
		rmSync(task.out, { recursive: true, force: true });
	process.send({
		...outcome,
		...(stray !== null && { stray }),
		...(isPolluted && { isPolluted }),
		seconds: (user + system) / 1e6,
		megabytes: peakMemory(),
	});
	stray = null;
});
process.on("disconnect", () => process.exit(0));
