import { spawnSync } from "node:child_process";

/** Runs a script of this folder with an interpreter; throws where it fails. */
export function check(python, script, args, env = {}) {
	runPython(python, [`test/interop/python/${script}`, ...args], env);
}

/** Runs an interpreter; throws where it fails. */
export function runPython(python, args, env = {}) {
	const { status, signal, error } = spawnSync(python, args, {
		stdio: "inherit",
		env: {
			...process.env,
			HF_HUB_OFFLINE: "1",
			TRANSFORMERS_OFFLINE: "1",
			NODE: process.execPath,
			...env,
		},
	});
	if (error) throw error;
	if (status !== 0)
		throw new Error(`${args[0]} ended with ${signal ?? status}`);
}
