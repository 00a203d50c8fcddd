// Programs of Debian's packages.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Installs packages where one of their programs is not there.
 * @throws Error that says why it could not
 */
export function installPackages(packages, programs) {
	if (programs.every(isThere)) return;
	if (process.getuid?.() !== 0 || !isThere("apt-get"))
		throw new Error(
			`${programs.filter((program) => !isThere(program)).join(", ")} is not installed, and only root of a Debian can install it here: apt-get install ${packages.join(" ")}`,
		);
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	for (const args of [
		["update"],
		["install", "-y", "--no-install-recommends", ...packages],
	]) {
		const { status, stderr } = spawnSync("apt-get", args, {
			env,
			encoding: "utf8",
		});
		if (status !== 0)
			throw new Error(
				`apt-get ${args.join(" ")} ended with ${status}: ${stderr}`,
			);
	}
	const missing = programs.filter((program) => !isThere(program));
	if (missing.length > 0)
		throw new Error(
			`${packages.join(", ")} is installed, and has no ${missing.join(", ")}`,
		);
}

function isThere(program) {
	return ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/bin", "/sbin"].some(
		(directory) => existsSync(join(directory, program)),
	);
}
