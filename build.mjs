// Compiles the kernels to WebAssembly, then src/ and cli/ to dist/, and bundles the command
// in dist/bin/: of its half a second to start, most was for loading 580 modules.
import { spawnSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import asc from "assemblyscript/asc";
import { rolldown } from "rolldown";

const require = createRequire(import.meta.url);
const typescript = dirname(require.resolve("typescript/package.json"));

/** Folders in AssemblyScript. */
const kernels = [
	"src/tokenizer/kernel",
	"src/sources/json/kernel",
	"src/tables/snappy",
];

/** What threads begin with. */
const threads = [
	"dist/src/engines/worker.js",
	"dist/src/batches/read-worker.js",
	"dist/src/compose/compose-worker.js",
	"dist/src/dataset/verify/verify-worker.js",
	"dist/src/build/check-worker.js",
];

/** What draws: with packages that only it needs, which users so need not install. */
const chart = "dist/src/report/page/chart.js";

for (const folder of kernels) await buildKernel(folder);
rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync(
	process.execPath,
	[join(typescript, "bin", "tsc"), "-p", "tsconfig.build.json"],
	{ stdio: "inherit" },
);
if (status !== 0) process.exit(status ?? 1);
await bundleCommand("dist/bin");

/** Writes a kernel beside its folder as a module that runs anywhere, its bytes in base64. */
async function buildKernel(folder) {
	let bytes = null;
	const { error, stderr } = await asc.main(
		[
			`${folder}/index.ts`,
			"--outFile=kernel.wasm",
			"--runtime=stub",
			"--enable=simd",
			"--noAssert",
			"--optimizeLevel=3",
			"--converge",
			"--initialMemory=2",
			"--maximumMemory=65536",
		],
		{
			// A decorator on a function is no TypeScript, so it stands in a comment.
			readFile: (name, folder) => {
				const path = resolve(folder, name);
				if (!existsSync(path)) return null;
				return readFileSync(path, "utf8").replaceAll(
					/^\/\/ @inline$/gm,
					"@inline",
				);
			},
			writeFile: (name, content) => {
				if (name === "kernel.wasm") bytes = content;
			},
		},
	);
	if (error) {
		process.stderr.write(stderr.toString());
		process.exit(1);
	}
	writeFileSync(
		`${folder}-bytes.ts`,
		`// Made by build.mjs from ${basename(folder)}/.\nexport const ${constantName(folder)} =\n\t"${Buffer.from(bytes).toString("base64")}";\n`,
	);
}

/** `kernelBytes` of `src/tokenizer/kernel`. */
function constantName(folder) {
	const words = `${basename(folder)}-bytes`;
	return words.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/**
 * Bundles the command, the threads that it starts, and what these import. Threads are
 * found beside the file that starts them: all lie in one folder. Those of the library
 * begin with the bundle too.
 */
async function bundleCommand(directory) {
	const bundle = await rolldown({
		input: {
			main: "dist/cli/main.js",
			program: "dist/cli/program.js",
			worker: threads[0],
			"read-worker": threads[1],
			"compose-worker": threads[2],
			"verify-worker": threads[3],
			"check-worker": threads[4],
			chart,
		},
		platform: "node",
		// They bring files of WebAssembly, which they look for beside themselves.
		external: ["parquet-wasm", "@hpcc-js/wasm-zstd"],
	});
	const { output } = await bundle.write({
		dir: directory,
		chunkFileNames: "[name]-[hash].js",
		minify: false,
	});
	await bundle.close();
	for (const thread of threads)
		writeFileSync(
			thread,
			`import ${JSON.stringify(relative(dirname(thread), join(directory, basename(thread))))};\n`,
		);
	writeFileSync(
		chart,
		`export * from ${JSON.stringify(relative(dirname(chart), join(directory, basename(chart))))};\n`,
	);
	writeFileSync(join(directory, "LICENSES.txt"), licencesOf(output));
	// npm 10 does not set this bit when `npx` runs the command of the project itself.
	chmodSync(join(directory, "main.js"), 0o755);
}

/** The licences of the packages in a bundle, which ask to go with it. */
function licencesOf(output) {
	const packages = new Set();
	for (const { moduleIds = [] } of output)
		for (const id of moduleIds) {
			const name = /.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
			if (name !== undefined) packages.add(name);
		}
	return [...packages].sort().map(licenceOf).join("\n");
}

function licenceOf(folder) {
	const { name, version, license } = JSON.parse(
		readFileSync(join(folder, "package.json"), "utf8"),
	);
	const texts = readdirSync(folder)
		.filter((file) => /^(licen[cs]e|notice)/i.test(file))
		.map((file) => readFileSync(join(folder, file), "utf8"));
	return [`== ${name} ${version}, ${license} ==\n`, ...texts].join("\n");
}
