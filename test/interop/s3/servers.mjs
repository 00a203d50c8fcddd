// S3 servers of other people, built from their Go modules, and a proxy between them and us
// that makes things go wrong.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { request as ask, createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";

const VERSIONS = {
	gofakes3: "github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0",
	versitygw: "github.com/versity/versitygw/cmd/versitygw@v1.8.0",
};

export const names = Object.keys(VERSIONS);

/** Builds a server, unless it was built before. @throws where it cannot be */
export function installed(name) {
	const directory = join(
		"node_modules/.cache/seqpack-servers",
		VERSIONS[name].replace(/.*@/, `${name}-`),
	);
	const program = join(directory, name);
	if (existsSync(program)) return program;
	mkdirSync(directory, { recursive: true });
	const began = performance.now();
	const { status, error, stderr } = spawnSync(
		"go",
		["install", "-ldflags=-s -w", VERSIONS[name]],
		{ env: { ...process.env, GOBIN: join(process.cwd(), directory) } },
	);
	if (status !== 0)
		throw new Error(
			`${name} could not be built from its Go module: ${error ?? stderr}`,
		);
	const seconds = ((performance.now() - began) / 1000).toFixed(0);
	console.log(`built ${VERSIONS[name]} in ${seconds} s`);
	return program;
}

const KEYS = {
	AWS_ACCESS_KEY_ID: "test",
	AWS_SECRET_ACCESS_KEY: "testtest",
	AWS_REGION: "us-east-1",
};

/** Starts a server; `stop` ends it. */
export async function start(name, directory) {
	const program = installed(name);
	const port = await freePort();
	const address = `127.0.0.1:${port}`;
	mkdirSync(join(directory, "data/bucket"), { recursive: true });
	mkdirSync(join(directory, "side"), { recursive: true });
	const args = {
		gofakes3: ["-backend", "memory", "-host", address, "-autobucket"],
		versitygw: [
			...["--port", address, "--region", "us-east-1", "--quiet", "posix"],
			...["--sidecar", join(directory, "side"), join(directory, "data")],
		],
	}[name];
	const child = spawn(program, args, {
		stdio: "ignore",
		env: {
			...process.env,
			ROOT_ACCESS_KEY: KEYS.AWS_ACCESS_KEY_ID,
			ROOT_SECRET_KEY: KEYS.AWS_SECRET_ACCESS_KEY,
		},
	});
	const url = `http://${address}`;
	await answers(port);
	return { url, port, environment: KEYS, stop: () => child.kill() };
}

/** How requests go wrong. */
const KINDS = ["dropped", "stalled", "cut", "slowed", "refused"];

/**
 * A proxy to a server of which every `every`th request goes wrong, in turn in each of these ways.
 * @returns Its URL, how often what went wrong, and the requests by method with the bytes of bodies.
 */
export async function faultyProxy(port, every = 7, kinds = KINDS) {
	const wrong = Object.fromEntries(kinds.map((kind) => [kind, 0]));
	const counts = { requests: {}, sent: 0, received: 0 };
	let count = 0;
	const server = createServer((request, response) => {
		const number = ++count;
		counts.requests[request.method] ??= 0;
		counts.requests[request.method]++;
		counts.sent += Number(request.headers["content-length"] ?? 0);
		const kind =
			number % every === 0 ? kinds[(number / every) % kinds.length] : null;
		if (kind !== null) wrong[kind]++;
		if (kind === "dropped") return request.socket.destroy();
		if (kind === "stalled") return;
		if (kind === "refused") {
			request.resume();
			response
				.writeHead(503, { "content-type": "application/xml" })
				.end("<Error><Code>SlowDown</Code></Error>");
			return;
		}
		const onward = ask(
			{
				port,
				host: "127.0.0.1",
				method: request.method,
				path: request.url,
				headers: request.headers,
			},
			(answer) => {
				const pieces = [];
				answer.on("data", (piece) => pieces.push(piece));
				answer.on("end", async () => {
					const body = Buffer.concat(pieces);
					counts.received += body.length;
					response.writeHead(answer.statusCode, answer.headers);
					if (kind === "cut") {
						// Done, but not heard of.
						response.write(body.subarray(0, body.length / 2));
						setTimeout(() => response.destroy(), 5);
					} else if (kind === "slowed") {
						const step = Math.ceil(body.length / 20) || 1;
						for (let at = 0; at < body.length; at += step) {
							response.write(body.subarray(at, at + step));
							await new Promise((resolve) => setTimeout(resolve, 20));
						}
						response.end();
					} else response.end(body);
				});
			},
		);
		onward.on("error", () => response.destroy());
		request.pipe(onward);
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${server.address().port}`,
		wrong,
		counts,
		stop() {
			server.closeAllConnections();
			server.close();
		},
	};
}

async function freePort() {
	const server = createServer();
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}

async function answers(port) {
	for (let tries = 0; tries < 100; tries++) {
		const isUp = await new Promise((resolve) => {
			const socket = connect(port, "127.0.0.1", () => resolve(true));
			socket.on("error", () => resolve(false));
			socket.on("connect", () => socket.destroy());
		});
		if (isUp) return;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error(`nothing listens at ${port}`);
}
