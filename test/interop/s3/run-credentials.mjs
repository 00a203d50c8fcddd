// Takes on roles of moto's STS, which checks signatures and permissions, and reads an
// object of its S3 with what it gave:
//
//   npm run test:stores            (VENV=... for an environment with requirements-moto.txt)
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	findCredentials,
	forgetCredentials,
} from "../../../dist/src/storage/s3/credentials/credentials.js";
import { readAll } from "../../../dist/src/storage/storage.js";
import { storageAt } from "../../../dist/src/storage/storages.js";

const directory = mkdtempSync(join(tmpdir(), "seqpack-credentials-"));
const venv = process.env.VENV ?? join(directory, "venv");
let server = null;
try {
	install();
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	server = spawn(join(venv, "bin", "moto_server"), ["-p", String(port)], {
		stdio: "ignore",
		// None: what makes the roles is not asked who it is.
		env: { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: "1000" },
	});
	await isUp(url);
	const { id, secret } = JSON.parse(
		run(join(venv, "bin", "python"), ["test/interop/s3/make_roles.py", url]),
	);
	await check(url, id, secret);
} finally {
	server?.kill();
	rmSync(directory, { recursive: true, force: true });
}

async function check(url, id, secret) {
	const home = join(directory, "home");
	const token = join(home, "token");
	mkdirSync(join(home, ".aws"), { recursive: true });
	writeFileSync(token, "a token that moto believes");
	const arn = (role) => `arn:aws:iam::123456789012:role/${role}`;
	writeFileSync(
		join(home, ".aws", "credentials"),
		`[builder]
aws_access_key_id = ${id}
aws_secret_access_key = ${secret}
[wrong]
aws_access_key_id = ${id}
aws_secret_access_key = another
`,
	);
	writeFileSync(
		join(home, ".aws", "config"),
		`[profile reader]
role_arn = ${arn("reader")}
source_profile = builder
duration_seconds = 900
role_session_name = interop
[profile stranger]
role_arn = ${arn("stranger")}
source_profile = builder
[profile signed-wrong]
role_arn = ${arn("reader")}
source_profile = wrong
`,
	);
	const use = (variables) => {
		for (const name of Object.keys(process.env))
			if (name.startsWith("AWS_")) delete process.env[name];
		Object.assign(process.env, {
			HOME: home,
			AWS_ENDPOINT_URL: url,
			AWS_REGION: "us-east-1",
			AWS_EC2_METADATA_DISABLED: "true",
			...variables,
		});
		forgetCredentials();
	};
	const read = async () => {
		const path = "s3://corpus/a/text";
		return (await readAll(storageAt(path), path)).toString();
	};
	// moto wants a signature of all who ask, once it checks them, and tokens have none.
	use({
		AWS_WEB_IDENTITY_TOKEN_FILE: token,
		AWS_ROLE_ARN: arn("reader"),
	});
	assert((await findCredentials()).expires > Date.now());
	await fetch(`${url}/moto-api/reset-auth`, { method: "POST", body: "0" });
	assert.equal(await read(), "read by a role");
	console.log("a web identity");
	for (const [title, variables, sentence] of [
		[
			"the keys of a user who may not read",
			{ AWS_PROFILE: "builder" },
			/access is denied/,
		],
		["a role that may read", { AWS_PROFILE: "reader" }, null],
		["a role that may not", { AWS_PROFILE: "stranger" }, /access is denied/],
		[
			"a signature with another secret",
			{ AWS_PROFILE: "signed-wrong" },
			/is refused by .*SignatureDoesNotMatch/,
		],
	]) {
		use(variables);
		if (sentence === null) assert.equal(await read(), "read by a role");
		else await assert.rejects(read(), sentence);
		console.log(title);
	}
}

/** The environment with moto, made where it is not there. */
function install() {
	if (existsSync(join(venv, "bin", "moto_server"))) return;
	run(process.env.PYTHON ?? "python3", ["-m", "venv", venv]);
	run(join(venv, "bin", "pip"), [
		...["install", "--quiet", "--disable-pip-version-check"],
		...["--requirement", "test/interop/s3/requirements-moto.txt"],
	]);
}

function run(command, args) {
	const { status, stdout } = spawnSync(command, args, {
		stdio: ["ignore", "pipe", "inherit"],
		encoding: "utf8",
	});
	if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
	return stdout;
}

function freePort() {
	return new Promise((resolve) => {
		const found = createServer().listen(0, "127.0.0.1", () => {
			const { port } = found.address();
			found.close(() => resolve(port));
		});
	});
}

async function isUp(url) {
	for (let tries = 0; tries < 300; tries++) {
		const isThere = await fetch(`${url}/moto-api/`).then(
			({ ok }) => ok,
			() => false,
		);
		if (isThere) return;
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	throw new Error("moto does not answer");
}
