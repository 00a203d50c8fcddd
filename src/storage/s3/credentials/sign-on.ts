import { createHash, randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../../core/errors.js";
import { type Profile, readSections } from "../profile.js";
import type { Credentials } from "../sign.js";
import { ask } from "./ask.js";
import { endpointOf } from "./endpoint.js";
import { credentialsOf, isText, jsonObject, timeOf } from "./fields.js";

/** A token with less than this left, in milliseconds, is renewed. */
const AHEAD = 5 * 60_000;

/** Where a person signs on. */
interface SignOn {
	region: string;
	/** What the cached token's file is named by: that of the session, or the URL that is signed on at. */
	key: string;
}

/**
 * Credentials of a role by a sign-on ("IAM Identity Center") that `aws sso login` keeps.
 * @throws UsageError `bad-credentials` where a person has to sign on again
 */
export async function ofSignOn(
	profile: Profile,
	name: string,
	what: string,
): Promise<Credentials> {
	const fail = (fault: string, advice: string) =>
		new UsageError(
			"bad-credentials",
			`cannot have credentials of ${what}: ${fault}: ${advice}.`,
		);
	const login = `run \`aws sso login --profile ${name}\``;
	const { sso_account_id: account, sso_role_name: role } = profile;
	const found = signOnOf(profile);
	if (found === null || !account || !role)
		throw fail(
			"it signs on, and does not say where, or for what",
			"give it sso_session (with sso_start_url and sso_region in its section), sso_account_id and sso_role_name, or run `aws configure sso`",
		);
	const file = join(
		homedir(),
		".aws",
		"sso",
		"cache",
		`${createHash("sha1").update(found.key).digest("hex")}.json`,
	);
	const token = await tokenOf(file, found.region, what);
	if (token === null)
		throw fail(`there is no sign-on that is valid (${file})`, login);
	const url = new URL(
		"federation/credentials",
		endpointOf("SSO", "portal.sso", found.region),
	);
	url.searchParams.set("role_name", role);
	url.searchParams.set("account_id", account);
	const answer = await ask(what, {
		url,
		headers: { "x-amz-sso_bearer_token": token },
	});
	const text = answer.body.toString("utf8");
	if (answer.status === 401)
		throw fail("its sign-on is no longer valid", login);
	if (answer.status !== 200) {
		const said = jsonObject(text)?.message;
		throw fail(
			`the role ${role} of account ${account} is refused (${answer.status}${isText(said) ? `: ${said}` : ""})`,
			"fix sso_role_name and sso_account_id, or have the role assigned to you",
		);
	}
	const fields = jsonObject(
		JSON.stringify(jsonObject(text)?.roleCredentials ?? null),
	);
	const credentials = credentialsOf(
		(name) => fields?.[name[0].toLowerCase() + name.slice(1)],
	);
	if (credentials === null)
		throw fail(`${url.host} answered without them`, "run the same again later");
	return credentials;
}

function signOnOf(profile: Profile): SignOn | null {
	const { sso_session: session } = profile;
	if (!session) {
		const { sso_region: region, sso_start_url: key } = profile;
		return region && key ? { region, key } : null;
	}
	const { sso_region: region } =
		readSections().get(`sso-session ${session}`) ?? {};
	return region ? { region, key: session } : null;
}

/** The token that is kept in a file, renewed where it can be; null where a person has to sign on. */
async function tokenOf(
	file: string,
	region: string,
	what: string,
): Promise<string | null> {
	const kept = await readKept(file);
	if (kept === null || !isText(kept.accessToken)) return null;
	const left = (timeOf(kept.expiresAt) ?? 0) - Date.now();
	if (left > AHEAD) return kept.accessToken;
	const renewed = await renew(kept, region, what);
	if (renewed !== null) {
		await keep(file, renewed);
		return String(renewed.accessToken);
	}
	// Another process may have renewed it, after which it cannot be renewed by what was read here.
	const now = await readKept(file);
	if (isText(now?.accessToken) && (timeOf(now?.expiresAt) ?? 0) > Date.now())
		return now.accessToken;
	return null;
}

/** The same with a new token; null where it cannot be had without a person. */
async function renew(
	kept: Record<string, unknown>,
	region: string,
	what: string,
): Promise<Record<string, unknown> | null> {
	const { clientId, clientSecret, refreshToken } = kept;
	const until = timeOf(kept.registrationExpiresAt) ?? Infinity;
	if (![clientId, clientSecret, refreshToken].every(isText)) return null;
	if (until <= Date.now()) return null;
	const body = Buffer.from(
		JSON.stringify({
			clientId,
			clientSecret,
			refreshToken,
			grantType: "refresh_token",
		}),
	);
	const answer = await ask(what, {
		method: "POST",
		url: new URL("token", endpointOf("SSO_OIDC", "oidc", region)),
		body,
		headers: {
			"content-type": "application/json",
			"content-length": String(body.length),
		},
	});
	const given = jsonObject(answer.body.toString("utf8"));
	if (answer.status !== 200 || !isText(given?.accessToken)) return null;
	const expiresAt = new Date(Date.now() + Number(given.expiresIn) * 1000);
	return {
		...kept,
		accessToken: given.accessToken,
		expiresAt: expiresAt.toISOString().replace(/\.\d+Z$/, "Z"),
		...(isText(given.refreshToken) && { refreshToken: given.refreshToken }),
	};
}

async function readKept(file: string): Promise<Record<string, unknown> | null> {
	try {
		return jsonObject(await readFile(file, "utf8"));
	} catch {
		return null;
	}
}

/** Keeps a token where others look for it: the one before may not be valid any more. */
async function keep(file: string, token: unknown): Promise<void> {
	const partial = `${file}.${randomUUID()}`;
	try {
		await writeFile(partial, JSON.stringify(token), { mode: 0o600 });
		await rename(partial, file);
	} catch {
		// This process has it all the same.
	}
}
