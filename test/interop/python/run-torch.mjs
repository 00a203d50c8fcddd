// Tries the Python reader with torch, transformers and torchtitan. npm run test:interop:heavy -- reader
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, runPython } from "./check.mjs";
import { writeCases } from "./reader-plans.mjs";

const python = process.env.PYTHON ?? "python3";
const directory = mkdtempSync(join(tmpdir(), "seqpack-torch-"));
try {
	await writeCases(directory);
	check(python, "check_torch.py", [directory]);
	check(python, "check_trainers.py", [directory]);
	runPython(
		python,
		[
			...["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"],
			...["test/interop/python/check_trainers.py", directory],
		],
		{ CHECK_OUT: join(directory, "two-ranks"), OMP_NUM_THREADS: "1" },
	);
	check(python, "check_killed.py", [directory]);
} finally {
	rmSync(directory, { recursive: true, force: true });
}
