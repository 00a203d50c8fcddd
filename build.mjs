// Compiles the kernels to WebAssembly, then src/ and cli/ to dist/.
// Runs after `npm ci`, so that `npx seqpack` works at once.
import { spawnSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import asc from "assemblyscript/asc";

const require = createRequire(import.meta.url);
const typescript = dirname(require.resolve("typescript/package.json"));

/** Folders in AssemblyScript. */
const kernels = [
	"src/tokenizer/kernel",
	"src/sources/json-scanner",
	"src/tables/snappy",
];

for (const folder of kernels) await buildKernel(folder);
rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync(
	process.execPath,
	[join(typescript, "bin", "tsc"), "-p", "tsconfig.build.json"],
	{ stdio: "inherit" },
);
if (status !== 0) process.exit(status ?? 1);
// npm 10 does not set this bit when `npx` runs the command of the project itself.
chmodSync("dist/cli/main.js", 0o755);

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
