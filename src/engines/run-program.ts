import { spawn } from "node:child_process";

/** What a program came to; null where there is no such program. */
export interface ProgramResult {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** Runs a program of this machine to its end, with a text on its stdin. */
export function runProgram(
	name: string,
	args: readonly string[],
	input = "",
): Promise<ProgramResult | null> {
	return new Promise((resolve, reject) => {
		const child = spawn(name, args, { stdio: "pipe" });
		let stdout = "";
		let stderr = "";
		child.stdout.setEncoding("utf8").on("data", (text) => {
			stdout += text;
		});
		child.stderr.setEncoding("utf8").on("data", (text) => {
			stderr += text;
		});
		child.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "ENOENT") resolve(null);
			else reject(error);
		});
		child.on("close", (code) => resolve({ code, stdout, stderr }));
		// One that ends before it has read all says why on its stderr.
		child.stdin.on("error", () => {});
		child.stdin.end(input);
	});
}
