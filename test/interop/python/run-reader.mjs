// Compares the Python reader, as the command writes it out and pip installs it, with the command's
// own batches. npm run test:interop -- reader
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultyProxy, start } from "../s3/servers.mjs";
import { check, runPython, runPythonBeside } from "./check.mjs";
import { writeCases } from "./reader-plans.mjs";

const python = process.env.PYTHON ?? "python3";
const directory = mkdtempSync(join(tmpdir(), "seqpack-reader-"));
try {
	const source = join(directory, "source");
	const installed = join(directory, "installed");
	const { status } = spawnSync(
		process.execPath,
		["dist/bin/main.js", "python", "--out", source],
		{ stdio: "inherit" },
	);
	if (status !== 0) throw new Error("the reader was not written");
	runPython(
		python,
		[
			...["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
			...["--no-compile", "--no-deps", "--target", installed, source],
		],
		// pip builds it in an environment that it makes for that alone.
		{ PYTHONDONTWRITEBYTECODE: "1" },
	);
	const cases = join(directory, "cases");
	mkdirSync(cases);
	await writeCases(cases);
	const env = { PYTHONPATH: installed };
	check(python, "check_vectors.py", ["fixtures/plan/vectors.json"], env);
	check(python, "check_reader.py", [cases], env);
	await checkFar(cases, env);
	check(python, "check_errors.py", [cases], env);
} finally {
	rmSync(directory, { recursive: true, force: true });
}

/** versitygw, since its buckets are directories; and one request in a hundred fails. */
async function checkFar(cases, env) {
	const server = await start("versitygw", join(directory, "server"));
	const kinds = ["dropped", "cut", "slowed", "refused"];
	const proxy = await faultyProxy(server.port, 101, kinds);
	try {
		const bucket = join(directory, "server/data/bucket");
		await runPythonBeside(
			python,
			["test/interop/python/check_far.py", cases, bucket],
			{ ...env, ...server.environment, AWS_ENDPOINT_URL_S3: proxy.url },
		);
		const failed = Object.values(proxy.wrong).reduce((sum, n) => sum + n, 0);
		if (failed < 20) throw new Error(`only ${failed} requests failed`);
	} finally {
		proxy.stop();
		server.stop();
	}
}
