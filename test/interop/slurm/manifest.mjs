// Manifests for Kubernetes go by its schema, strictly:
//
//   pip install -r test/interop/slurm/requirements.txt
//   npm run test:slurm        (PYTHON=... for another interpreter)
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { submitBuild } from "seqpack";

const directory = mkdtempSync(join(tmpdir(), "seqpack-manifest-"));
try {
	const python = process.env.PYTHON ?? withValidator(join(directory, "venv"));
	const volume = { claim: `corpus=${directory}`, serviceAccount: "builder" };
	for (const [name, more] of Object.entries({
		plain: { claim: `corpus=${directory}` },
		full: { ...volume, namespace: "ml", workers: 8, dedupe: "exact" },
	})) {
		const { text } = await submitBuild({
			inputs: ["fixtures/scripts"],
			tokenizer: "fixtures/tokenizer",
			seqLen: 512,
			out: join(directory, name),
			executor: "kubernetes",
			image: "registry/seqpack:1",
			...more,
		});
		const file = join(directory, `${name}.yaml`);
		writeFileSync(file, text);
		validate(python, file, 0);
		// The validator knows what is no field.
		writeFileSync(file, text.replace("backoffLimitPerIndex", "backoffLimits"));
		validate(python, file, 1);
	}
	console.log("manifests for Kubernetes go by its schema");
} finally {
	rmSync(directory, { recursive: true, force: true });
}

/** An interpreter that has the validator. */
function withValidator(venv) {
	const python = join(venv, "bin/python");
	for (const [program, ...args] of [
		["python3", "-m", "venv", venv],
		[
			...[python, "-m", "pip", "install", "--quiet"],
			...["--disable-pip-version-check"],
			...["--requirement", "test/interop/slurm/requirements.txt"],
		],
	]) {
		const { status } = spawnSync(program, args, { stdio: "inherit" });
		if (status !== 0)
			throw new Error(
				`manifests for Kubernetes are not checked: ${[program, ...args].join(" ")} ended with ${status}`,
			);
	}
	return python;
}

function validate(python, file, expected) {
	const { status, stdout, stderr } = spawnSync(
		python,
		["-m", "kubernetes_validate", "--strict", file],
		{ encoding: "utf8" },
	);
	if (status !== expected)
		throw new Error(`${file} came out as ${status}: ${stdout}${stderr}`);
}
