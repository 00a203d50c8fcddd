// Compiles the tokenizer's kernel to WebAssembly, then src/ and cli/ to dist/.
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
import { dirname, join, resolve } from "node:path";
import asc from "assemblyscript/asc";

const require = createRequire(import.meta.url);
const typescript = dirname(require.resolve("typescript/package.json"));

await buildKernel();
rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync(
	process.execPath,
	[join(typescript, "bin", "tsc"), "-p", "tsconfig.build.json"],
	{ stdio: "inherit" },
);
if (status !== 0) process.exit(status ?? 1);
// npm 10 does not set this bit when `npx` runs the command of the project itself.
chmodSync("dist/cli/main.js", 0o755);

/** Writes the kernel as a module that runs anywhere, its bytes in base64. */
async function buildKernel() {
	let bytes = null;
	const { error, stderr } = await asc.main(
		[
			"src/tokenizer/kernel/index.ts",
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
		"src/tokenizer/kernel-bytes.ts",
		`// Made by build.mjs from kernel/.\nexport const kernelBytes =\n\t"${Buffer.from(bytes).toString("base64")}";\n`,
	);
}
