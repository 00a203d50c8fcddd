import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PATIENCE } from "../../../../src/storage/http/persist.js";
import { containerUrl } from "../../../../src/storage/s3/credentials/container.js";
import {
	findCredentials,
	lookedAt,
} from "../../../../src/storage/s3/credentials/credentials.js";
import { fakeServer } from "../../fake-server.js";
import { alone, fakeSts, keysOf } from "./fake-amazon.js";

/** No test is to wait for long. */
PATIENCE.firstWait = 1;
PATIENCE.longestWait = 5;

const idFound = async () => (await findCredentials())?.accessKeyId;

test("where there are none, that is known within two seconds", async () => {
	const silent = await fakeServer(() => null);
	alone({}, { AWS_EC2_METADATA_SERVICE_ENDPOINT: silent.url });
	const began = performance.now();
	expect(await findCredentials()).toBe(null);
	expect(performance.now() - began).toBeLessThan(2200);
	expect(await findCredentials()).toBe(null);
	expect(silent.asked.length).toBeLessThanOrEqual(2);
	expect(lookedAt()).toContain("profile default (");
});

test("sources are asked in the order of Amazon's own programs", async () => {
	const sts = await fakeSts();
	const agent = await fakeServer(() => ({ body: keysOf("container") }));
	const metadata = await fakeServer(({ url }) => ({
		body: url.pathname.endsWith("/role") ? keysOf("instance") : "role",
	}));
	const all: Record<string, string> = {
		AWS_ACCESS_KEY_ID: "environment-id",
		AWS_SECRET_ACCESS_KEY: "s",
		AWS_WEB_IDENTITY_TOKEN_FILE: "~/token",
		AWS_ROLE_ARN: "arn:aws:iam::1:role/web",
		AWS_ENDPOINT_URL_STS: sts.url,
		AWS_PROFILE: "given",
		AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/x`,
		AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
	};
	const files = {
		token: "a token\n",
		".aws/credentials":
			"[given]\naws_access_key_id = profile-id\naws_secret_access_key = s\n",
	};
	const found: unknown[] = [];
	for (const without of [
		"",
		"AWS_ACCESS_KEY_ID",
		"AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_PROFILE",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI",
	]) {
		delete all[without];
		alone(files, all);
		found.push(await idFound());
	}
	expect(found).toEqual([
		"environment-id",
		"web-id",
		"profile-id",
		"container-id",
		"instance-id",
	]);
});

describe("profiles", () => {
	test("have keys in either file, and settings of their own", async () => {
		const files = {
			".aws/config":
				"[default]\nregion = a\n[profile one]\naws_access_key_id=c\naws_secret_access_key=c # not part of it\n[profile two]\nregion = b\n",
			".aws/credentials":
				"[one]\naws_access_key_id = one-id\naws_secret_access_key = s=1\naws_session_token = t\n",
		};
		alone(files, { AWS_PROFILE: "one" });
		expect(await findCredentials()).toEqual({
			accessKeyId: "one-id",
			secretAccessKey: "s=1",
			sessionToken: "t",
		});
		alone(files, { AWS_PROFILE: "two" });
		expect(await findCredentials()).toBe(null);
	});

	test("that are not there are told, with those that are", async () => {
		const home = alone(
			{
				".aws/config":
					"[profile one]\n[profile two]\n[sso-session s]\n[services v]\n",
			},
			{ AWS_PROFILE: "three" },
		);
		await expect(findCredentials()).rejects.toThrow(
			`there is no profile three (AWS_PROFILE asks for it): there are one, two in ${home}/.aws/config and ${home}/.aws/credentials.`,
		);
	});

	test("take on roles, one by the next", async () => {
		const sts = await fakeSts();
		alone(
			{
				".aws/config": `
[profile last]
role_arn = arn:aws:iam::1:role/team/last
source_profile = middle
external_id = an id
role_session_name = me
duration_seconds = 900
[profile middle]
role_arn = arn:aws:iam::1:role/middle
source_profile = first
`,
				".aws/credentials":
					"[first]\naws_access_key_id = first-id\naws_secret_access_key = s\n",
			},
			{
				AWS_PROFILE: "last",
				AWS_REGION: "there-1",
				AWS_ENDPOINT_URL_STS: sts.url,
			},
		);
		const found = await findCredentials();
		expect(found).toMatchObject({
			accessKeyId: "last-id",
			secretAccessKey: "last-secret",
			sessionToken: "t&t",
		});
		expect(found?.expires).toBeGreaterThan(Date.now() + 3_590_000);
		expect(sts.calls).toEqual([
			{
				signer: "first-id there-1",
				fields: {
					Action: "AssumeRole",
					Version: "2011-06-15",
					RoleArn: "arn:aws:iam::1:role/middle",
					RoleSessionName: "seqpack",
				},
			},
			{
				signer: "middle-id there-1",
				fields: {
					Action: "AssumeRole",
					Version: "2011-06-15",
					RoleArn: "arn:aws:iam::1:role/team/last",
					RoleSessionName: "me",
					DurationSeconds: "900",
					ExternalId: "an id",
				},
			},
		]);
	});

	test("take on roles with their own keys, with those of the environment, a container, an instance, or a token", async () => {
		const sts = await fakeSts();
		const agent = await fakeServer(() => ({ body: keysOf("container") }));
		const metadata = await fakeServer(({ url }) => ({
			body: url.pathname.endsWith("/role") ? keysOf("instance") : "role",
		}));
		const profiles = {
			own: "source_profile = own\naws_access_key_id = own-id\naws_secret_access_key = s",
			environment: "credential_source = Environment",
			container: "credential_source = EcsContainer",
			instance: "credential_source = Ec2InstanceMetadata",
			token: "web_identity_token_file = TOKEN",
		};
		for (const [name, settings] of Object.entries(profiles)) {
			const home = alone(
				{ token: "a token" },
				{
					AWS_PROFILE: "x",
					AWS_CONFIG_FILE: "~/config",
					AWS_ENDPOINT_URL_STS: sts.url,
					AWS_CONTAINER_CREDENTIALS_FULL_URI: agent.url,
					AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
				},
			);
			writeFileSync(
				join(home, "config"),
				`[profile x]\nrole_arn = a/role\n${settings.replaceAll("own\n", "x\n").replace("TOKEN", join(home, "token"))}\n`,
			);
			// The secret is set only where the chain does not end with it.
			if (name === "environment") {
				process.env.AWS_ACCESS_KEY_ID = "environment-id";
				process.env.AWS_SECRET_ACCESS_KEY = "";
				await expect(findCredentials()).rejects.toThrow(
					"cannot have credentials of profile x: its credential_source, the environment, has none",
				);
				continue;
			}
			expect(await idFound(), name).toBe("role-id");
		}
		expect(sts.calls.map(({ signer }) => signer.split(" ")[0])).toEqual([
			"own-id",
			"container-id",
			"instance-id",
			"undefined",
		]);
		expect(sts.calls[3].fields).toEqual({
			Action: "AssumeRoleWithWebIdentity",
			Version: "2011-06-15",
			RoleArn: "a/role",
			RoleSessionName: "seqpack",
			WebIdentityToken: "a token",
		});
	});

	test.each([
		[
			"role_arn = r\nsource_profile = y\n[profile y]\nrole_arn = r\nsource_profile = x",
			"its sources go round in a circle (x, y, x)",
		],
		["role_arn = r\nsource_profile = x", "go round in a circle (x, x)"],
		[
			"role_arn = r\nsource_profile = y",
			"there is no profile y (source_profile of profile x asks for it)",
		],
		[
			"role_arn = r\nsource_profile = y\n[profile y]\nregion = z",
			"profile y, its source, has none",
		],
		["role_arn = r", "does not say with whose credentials"],
		["role_arn = r\ncredential_source = Moon", "its credential_source is Moon"],
		[
			"role_arn = r\nmfa_serial = m\nsource_profile = x",
			"aws configure export-credentials --format env --profile x",
		],
		["role_arn = r\nweb_identity_token_file = /none", "the token in /none"],
		[
			"login_session = s",
			"aws configure export-credentials --format env --profile x",
		],
		["sso_session = s", "it signs on, and does not say where"],
	])("that cannot work are told: %s", async (settings, sentence) => {
		alone(
			{ ".aws/config": `[profile x]\n${settings}\n` },
			{ AWS_PROFILE: "x" },
		);
		await expect(findCredentials()).rejects.toMatchObject({
			message: expect.stringContaining(sentence),
			exitCode: 2,
		});
	});

	test("whose role is refused are told; a wrong clock is corrected, and who is busy is asked again", async () => {
		const sts = await fakeSts();
		const answers = [
			{ status: 503 },
			{ status: 400, body: "<E><Code>Throttling</Code></E>" },
			{
				status: 403,
				headers: { date: new Date(Date.now() + 3_600_000).toUTCString() },
			},
		];
		const times: string[] = [];
		const front = await fakeServer(({ headers }) => {
			times.push(String(headers["x-amz-date"]));
			const { AccessKeyId, SecretAccessKey } = keysOf("role");
			return (
				answers.shift() ?? {
					body: `<AccessKeyId>${AccessKeyId}</AccessKeyId><SecretAccessKey>${SecretAccessKey}</SecretAccessKey>`,
				}
			);
		});
		const config = (name: string) => ({
			".aws/config": `[default]\nrole_arn = r/${name}\nsource_profile = default\naws_access_key_id = i\naws_secret_access_key = s\n`,
		});
		alone(config("forbidden"), { AWS_ENDPOINT_URL_STS: sts.url });
		await expect(findCredentials()).rejects.toThrow(
			/^cannot have credentials of profile default: the role r\/forbidden is refused by 127.0.0.1:\d+ \(403 AccessDenied: not you\). Fix the role, or allow sts:AssumeRole on it.$/,
		);
		alone(config("role"), { AWS_ENDPOINT_URL_STS: front.url });
		expect(await idFound()).toBe("role-id");
		expect(times).toHaveLength(4);
		const hours = times.map((time) => Number(time.slice(9, 11)));
		expect((hours[3] - hours[0] + 24) % 24).toBe(1);
	});
});

describe("a process", () => {
	const run = (script: string) => {
		alone({
			script,
			".aws/config": `[default]\ncredential_process = sh "$HOME/script"\n`,
		});
		return findCredentials();
	};
	const printing = (value: unknown) => run(`echo '${JSON.stringify(value)}'`);

	test("gives what it prints", async () => {
		const keys = keysOf("process");
		const found = await printing({ Version: 1, SessionToken: "t", ...keys });
		expect(found).toEqual({
			accessKeyId: "process-id",
			secretAccessKey: "process-secret",
			sessionToken: "t",
			expires: Date.parse(keys.Expiration),
		});
	});

	test("that does not work is told", async () => {
		const of =
			"cannot have credentials of profile default: its credential_process ";
		await expect(run("echo no")).rejects.toThrow(
			`${of}printed something else than JSON with a Version.`,
		);
		await expect(printing({ Version: 2 })).rejects.toThrow("printed Version 2");
		await expect(printing({ Version: 1 })).rejects.toThrow(
			"printed no AccessKeyId",
		);
		await expect(printing({ Version: 1, ...keysOf("x", -1) })).rejects.toThrow(
			"printed credentials that have expired",
		);
		await expect(
			run("echo a >&2; echo sign on first >&2; exit 3"),
		).rejects.toThrow(`${of}failed with 3 (sign on first).`);
	});
});

describe("a sign-on", () => {
	const START = "https://x.awsapps.com/start";
	const sections = {
		session: {
			key: "corp",
			config: `[profile me]\nsso_session = corp\nsso_account_id = 123\nsso_role_name = Reader\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = ${START}\n`,
		},
		legacy: {
			key: START,
			config: `[profile me]\nsso_start_url = ${START}\nsso_region = eu-west-1\nsso_account_id = 123\nsso_role_name = Reader\n`,
		},
	};
	const later = (seconds: number) =>
		new Date(Date.now() + seconds * 1000).toISOString().replace(/\..*/, "Z");
	const login = "run `aws sso login --profile me`";

	async function begin(
		{ key, config }: (typeof sections)["session"],
		token: Record<string, unknown> | null,
		renewed: number = 200,
	) {
		const portal = await fakeServer(({ url, headers }) => {
			const bearer = headers["x-amz-sso_bearer_token"];
			if (url.pathname === "/token")
				return {
					status: renewed,
					body: { accessToken: "new", expiresIn: 3600, refreshToken: "r2" },
				};
			if (bearer === "gone") return { status: 401 };
			if (bearer === "other")
				return { status: 403, body: { message: "No access" } };
			const { AccessKeyId, SecretAccessKey, Expiration } = keysOf(
				`${url.searchParams.get("account_id")}-${url.searchParams.get("role_name")}-${bearer}`,
			);
			return {
				body: {
					roleCredentials: {
						accessKeyId: AccessKeyId,
						secretAccessKey: SecretAccessKey,
						sessionToken: "t",
						expiration: Date.parse(Expiration),
					},
				},
			};
		});
		const name = `.aws/sso/cache/${createHash("sha1").update(key).digest("hex")}.json`;
		const home = alone(
			{
				".aws/config": config,
				...(token && { [name]: JSON.stringify(token) }),
			},
			{
				AWS_PROFILE: "me",
				AWS_ENDPOINT_URL_SSO: portal.url,
				AWS_ENDPOINT_URL_SSO_OIDC: portal.url,
			},
		);
		return { portal, file: join(home, name) };
	}

	test.each(["session", "legacy"] as const)("of a %s", async (kind) => {
		const { portal } = await begin(sections[kind], {
			accessToken: "bearer",
			expiresAt: later(1000),
		});
		expect(await findCredentials()).toMatchObject({
			accessKeyId: "123-Reader-bearer-id",
			sessionToken: "t",
		});
		expect(portal.asked.map(({ url }) => url.pathname)).toEqual([
			"/federation/credentials",
		]);
	});

	test("that is not there, has expired or is refused is told", async () => {
		for (const token of [
			null,
			{ accessToken: "old", expiresAt: later(-10) },
			{ accessToken: "old", expiresAt: "2020-01-02T03:04:05UTC" },
			{ accessToken: "gone", expiresAt: later(1000) },
		]) {
			await begin(sections.session, token);
			await expect(findCredentials()).rejects.toThrow(login);
		}
		await begin(sections.legacy, {
			accessToken: "other",
			expiresAt: later(1000),
		});
		await expect(findCredentials()).rejects.toThrow(
			"the role Reader of account 123 is refused (403: No access)",
		);
	});

	test("is renewed where it can be, and kept for others", async () => {
		const token = {
			accessToken: "old",
			expiresAt: later(60),
			clientId: "c",
			clientSecret: "s",
			refreshToken: "r1",
			registrationExpiresAt: later(1000),
			startUrl: START,
		};
		const { portal, file } = await begin(sections.session, token);
		expect(await idFound()).toBe("123-Reader-new-id");
		expect(JSON.parse(portal.asked[0].body)).toEqual({
			clientId: "c",
			clientSecret: "s",
			refreshToken: "r1",
			grantType: "refresh_token",
		});
		const kept = JSON.parse(readFileSync(file, "utf8"));
		expect(kept).toMatchObject({
			accessToken: "new",
			refreshToken: "r2",
			startUrl: START,
		});
		expect(Date.parse(kept.expiresAt)).toBeGreaterThan(Date.now() + 3_000_000);
		// One that is still valid is used where it cannot be renewed.
		await begin(sections.session, token, 400);
		expect(await idFound()).toBe("123-Reader-old-id");
		await begin(sections.session, { ...token, expiresAt: later(-1) }, 400);
		await expect(findCredentials()).rejects.toThrow(login);
	});
});

describe("a web identity", () => {
	test("whose role or token is missing is told", async () => {
		alone({}, { AWS_WEB_IDENTITY_TOKEN_FILE: "/none" });
		await expect(findCredentials()).rejects.toThrow(
			"AWS_ROLE_ARN names no role",
		);
		alone(
			{ token: "\n" },
			{
				AWS_WEB_IDENTITY_TOKEN_FILE: "~/token",
				AWS_ROLE_ARN: "r",
			},
		);
		await expect(findCredentials()).rejects.toThrow(
			/cannot have credentials of a web identity \(AWS_WEB_IDENTITY_TOKEN_FILE\): the token in .*token cannot be read \(it is empty\)/,
		);
	});
});

describe("a container", () => {
	test("is asked with the token that it has, of the file where there is one", async () => {
		const agent = await fakeServer(({ headers }) =>
			headers.authorization === undefined
				? { status: 401 }
				: { body: { ...keysOf(headers.authorization), Token: "t" } },
		);
		const at = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/x` };
		alone({}, { ...at, AWS_CONTAINER_AUTHORIZATION_TOKEN: "plain" });
		expect(await findCredentials()).toMatchObject({
			accessKeyId: "plain-id",
			sessionToken: "t",
		});
		alone(
			{ token: "filed\n" },
			{
				...at,
				AWS_CONTAINER_AUTHORIZATION_TOKEN: "plain",
				AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "~/token",
			},
		);
		expect(await idFound()).toBe("filed-id");
		alone({}, at);
		await expect(findCredentials()).rejects.toThrow(
			/the container \(AWS_CONTAINER_CREDENTIALS_...\): 127.0.0.1:\d+ answered 401/,
		);
	});

	test("is no other host than those that are known", () => {
		const at = (full: string) =>
			containerUrl({ AWS_CONTAINER_CREDENTIALS_FULL_URI: full })?.href;
		const relative = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/x?y" };
		expect(containerUrl(relative)?.href).toBe("http://169.254.170.2/v2/x?y");
		expect(containerUrl({})).toBe(null);
		for (const url of [
			"https://anywhere.com/",
			"http://169.254.170.23/v1/credentials",
			"http://[fd00:ec2::23]/v1/credentials",
			"http://localhost:81/",
			"http://127.9.0.1/",
			"http://[::1]/",
		])
			expect(at(url)).toBe(url);
		for (const url of [
			"http://anywhere.com/",
			"http://127.0.0.1.com/",
			"http://169.254.169.254/",
			"ftp://localhost/",
			"no url",
		])
			expect(() => at(url), url).toThrow(`FULL_URI is ${url}: `);
	});
});

describe("an instance", () => {
	const service = (answers: Record<string, unknown>) =>
		fakeServer(({ method, url, headers }) => {
			const { pathname } = url;
			if (method === "PUT")
				return headers["x-aws-ec2-metadata-token-ttl-seconds"]
					? { body: "secret" }
					: { status: 400 };
			if (headers["x-aws-ec2-metadata-token"] !== "secret")
				return { status: 401 };
			const body = answers[pathname.split("/").at(-1) ?? ""];
			return body === undefined ? { status: 404 } : { body };
		});
	const begin = async (answers: Record<string, unknown>, more = {}) => {
		const { url, asked } = await service(answers);
		alone({}, { AWS_EC2_METADATA_SERVICE_ENDPOINT: url, ...more });
		return asked;
	};

	test("gives the keys of its role", async () => {
		const asked = await begin({
			"": "a-role",
			"a-role": { Code: "Success", ...keysOf("instance"), Token: "t" },
		});
		expect(await findCredentials()).toMatchObject({
			accessKeyId: "instance-id",
			sessionToken: "t",
		});
		expect(asked.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual(
			[
				"PUT /latest/api/token",
				"GET /latest/meta-data/iam/security-credentials/",
				"GET /latest/meta-data/iam/security-credentials/a-role",
			],
		);
	});

	test("that has no role is no source, nor one that is not to be asked", async () => {
		await begin({});
		expect(await findCredentials()).toBe(null);
		const asked = await begin(
			{ "": "r", r: keysOf("instance") },
			{ AWS_EC2_METADATA_DISABLED: "TRUE" },
		);
		expect(await findCredentials()).toBe(null);
		expect(asked).toEqual([]);
	});

	test("whose role cannot be used is told", async () => {
		await begin({ "": "r", r: { Code: "AssumeRoleUnauthorizedAccess" } });
		await expect(findCredentials()).rejects.toThrow(
			"the instance's role r: its metadata service answered 200 (AssumeRoleUnauthorizedAccess)",
		);
	});
});
