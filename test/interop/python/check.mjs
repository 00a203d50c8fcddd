import { spawn, spawnSync } from "node:child_process";

/** Runs a script of this folder with an interpreter; throws where it fails. */
export function check(python, script, args, env = {}) {
	runPython(python, [`test/interop/python/${script}`, ...args], env);
}

/** Runs an interpreter; throws where it fails. */
export function runPython(python, args, env = {}) {
	const { status, signal, error } = spawnSync(python, args, options(env));
	if (error) throw error;
	if (status !== 0)
		throw new Error(`${args[0]} ended with ${signal ?? status}`);
}

/** The same, while this process goes on with what it does. */
export async function runPythonBeside(python, args, env = {}) {
	const child = spawn(python, args, options(env));
	const ended = await new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("exit", (code, signal) => resolve(signal ?? code));
	});
	if (ended !== 0) throw new Error(`${args[0]} ended with ${ended}`);
}

function options(env) {
	return {
		stdio: "inherit",
		env: {
			...process.env,
			HF_HUB_OFFLINE: "1",
			TRANSFORMERS_OFFLINE: "1",
			NODE: process.execPath,
			...env,
		},
	};
}
