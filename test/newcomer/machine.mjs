// A machine with Node and nothing else: a root directory, entered by chroot with mounts of its own, which go when
// the command that runs there ends.
import { execFileSync, spawnSync } from "node:child_process";
import {
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	realpathSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const DEVICES = ["null", "zero", "full", "random", "urandom"];

/** What belongs to the C library, and is loaded only where it is needed. */
const LIBC_PARTS = [
	...["librt.so.1", "libresolv.so.2", "libutil.so.1"],
	...["libnss_dns.so.2", "libnss_files.so.2"],
];

/** Of npm's settings, the way to its registry. */
const SETTINGS = [
	...["registry", "cafile", "proxy", "https-proxy", "noproxy", "strict-ssl"],
];

/** Of the environment, the same. */
const VARIABLES =
	/^(?:(?:https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR))$/i;

/** Makes the machine: Node, npm, `sh`, `env` and what they load. */
export function furnish(machine) {
	if (process.platform !== "linux" || process.getuid() !== 0)
		throw new Error(
			"A root directory is entered with chroot: that needs Linux, and root.",
		);
	for (const folder of [
		...["dev", "etc", "npm", "proc", "root/.npm", "tmp", "usr/bin"],
		"project/corpus",
	])
		mkdirSync(join(machine, folder), { recursive: true });
	symlinkSync("usr/bin", join(machine, "bin"));
	const programs = {
		node: process.execPath,
		sh: "/bin/sh",
		env: "/usr/bin/env",
	};
	for (const [name, program] of Object.entries(programs)) {
		copyFileSync(realpathSync(program), join(machine, "usr/bin", name));
		for (const library of librariesOf(program)) copyThere(machine, library);
	}
	const libc = librariesOf(process.execPath).find((path) =>
		path.includes("/libc."),
	);
	for (const part of libc === undefined ? [] : LIBC_PARTS)
		copyThere(machine, join(dirname(libc), part));
	for (const name of ["npm", "npx"])
		symlinkSync(`/npm/bin/${name}-cli.js`, join(machine, "usr/bin", name));
	for (const device of DEVICES) writeFileSync(join(machine, "dev", device), "");
	for (const file of ["resolv.conf", "hosts", "nsswitch.conf"])
		copyThere(machine, join("/etc", file));
	for (const file of trusted()) copyThere(machine, file);
	const userconfig = npmConfig("userconfig");
	if (existsSync(userconfig))
		copyFileSync(userconfig, join(machine, "root/.npmrc"));
}

/** The files that git has, as they are in the working tree. */
export function copyProject(to) {
	const names = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" });
	for (const name of names.split("\0"))
		if (name !== "" && existsSync(name)) {
			mkdirSync(dirname(join(to, name)), { recursive: true });
			cpSync(name, join(to, name));
		}
}

/** Runs commands of a shell on the machine; gives their exit status, or the signal that ended them. */
export function runThere(machine, directory, commands) {
	const binds = [
		[npmFolder(), "npm"],
		[npmConfig("cache"), "root/.npm"],
		...DEVICES.map((device) => [`/dev/${device}`, `dev/${device}`]),
	];
	mkdirSync(npmConfig("cache"), { recursive: true });
	const script = [
		"set -e",
		...binds.map(
			([from, to]) =>
				`mount --bind ${quoted(from)} ${quoted(join(machine, to))}`,
		),
		`mount -t proc proc ${quoted(join(machine, "proc"))}`,
		'exec chroot "$@"',
	].join("\n");
	const { status, signal, error } = spawnSync(
		"unshare",
		[
			...["--mount", "--pid", "--fork", "--kill-child"],
			...["sh", "-c", script, "sh", machine],
			...["/usr/bin/env", "-i", ...environment()],
			...["/bin/sh", "-ec", `cd ${quoted(directory)}\n${commands}`],
		],
		{ stdio: "inherit" },
	);
	if (error) throw error;
	return status ?? signal;
}

function environment() {
	const settings = SETTINGS.map((name) => [name, npmConfig(name)]).filter(
		([, value]) => value !== "null" && value !== "",
	);
	return [
		...["HOME=/root", "PATH=/usr/bin", "TERM=dumb", "LANG=C.UTF-8"],
		...settings.map(
			([name, value]) => `npm_config_${name.replaceAll("-", "_")}=${value}`,
		),
		// A package that does not go with this Node is an error; what was loaded before is not asked for again.
		"npm_config_engine_strict=true",
		"npm_config_prefer_offline=true",
		// What npx does not find is not loaded from a registry under the same name.
		"npm_config_yes=false",
		"npm_config_audit=false",
		"npm_config_update_notifier=false",
		...Object.entries(process.env)
			.filter(([name]) => VARIABLES.test(name))
			.map(([name, value]) => `${name}=${value}`),
	];
}

/** Files of certificates that this machine trusts, where something names them. */
function trusted() {
	const { NODE_EXTRA_CA_CERTS, SSL_CERT_FILE } = process.env;
	return [npmConfig("cafile"), NODE_EXTRA_CA_CERTS, SSL_CERT_FILE].filter(
		(file) => file !== undefined && existsSync(file),
	);
}

const asked = new Map();

/** A setting of npm on this machine. */
function npmConfig(name) {
	if (!asked.has(name))
		asked.set(
			name,
			execFileSync("npm", ["config", "get", name], { encoding: "utf8" }).trim(),
		);
	return asked.get(name);
}

/** The folder of npm: that of the program which runs this, or of the one on the path. */
function npmFolder() {
	const program =
		process.env.npm_execpath ??
		execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim();
	return dirname(dirname(realpathSync(program)));
}

/** What the dynamic linker loads for a program. */
function librariesOf(program) {
	const { stdout = "" } = spawnSync("ldd", [program], { encoding: "utf8" });
	return stdout.match(/\/\S+(?= \(0x)/g) ?? [];
}

function copyThere(machine, path) {
	if (!existsSync(path)) return;
	mkdirSync(join(machine, dirname(path)), { recursive: true });
	copyFileSync(realpathSync(path), join(machine, path));
}

function quoted(word) {
	return `'${word.replaceAll("'", "'\\''")}'`;
}
