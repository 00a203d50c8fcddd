import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../helpers.js";

const { dependencies } = JSON.parse(
	readFileSync(join(root, "package.json"), "utf8"),
);

/** Audits by a registry that gives one answer. */
async function audited(status: number, advisories: object) {
	const server = createServer((request, response) => {
		request.resume();
		const name = decodeURIComponent((request.url ?? "").slice(1));
		const version = dependencies[name];
		const body =
			request.method === "POST"
				? advisories
				: {
						name,
						"dist-tags": { latest: version },
						versions: { [version]: { name, version } },
					};
		response.statusCode = request.method === "POST" ? status : 200;
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, resolve));
	const { port } = server.address() as AddressInfo;
	try {
		return await new Promise<{ code: unknown; said: string }>((resolve) =>
			execFile(
				process.execPath,
				["scripts/audit.mjs"],
				{
					cwd: root,
					env: {
						...process.env,
						npm_config_registry: `http://127.0.0.1:${port}/`,
						npm_config_cache: join(root, "node_modules/.cache/audit"),
					},
				},
				(error, stdout, stderr) =>
					resolve({ code: error?.code ?? 0, said: stdout + stderr }),
			),
		);
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

const known = (severity: string) => ({
	commander: [
		{
			...{ id: 1, title: "bad", severity, vulnerable_versions: "*" },
			url: "https://example.org/1",
			cwe: [],
			cvss: { score: 9, vectorString: null },
		},
	],
});

test("what is known against a dependency fails, and is named", async () => {
	const { code, said } = await audited(200, known("high"));
	expect(said).toMatch(/^commander \*: high/m);
	expect(code).toBe(1);
});

test("nothing that is known is said so", async () => {
	const { code, said } = await audited(200, {});
	expect(said).toMatch(/^Nothing is known against/);
	expect(code).toBe(0);
});

test("a registry that gives no answer is told, and fails nothing", async () => {
	const { code, said } = await audited(503, {});
	expect(said).toMatch(/not audited: the registry gives no answer \(503/);
	expect(code).toBe(0);
});
