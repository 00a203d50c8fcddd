// Compiles src/ and cli/ to dist/. Runs after `npm ci`, so that `npx seqpack`
// works at once.
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const typescript = dirname(require.resolve("typescript/package.json"));

rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync(
	process.execPath,
	[join(typescript, "bin", "tsc"), "-p", "tsconfig.build.json"],
	{ stdio: "inherit" },
);
if (status !== 0) process.exit(status ?? 1);
// npm 10 does not set this bit when `npx` runs the command of the project itself.
chmodSync("dist/cli/main.js", 0o755);
