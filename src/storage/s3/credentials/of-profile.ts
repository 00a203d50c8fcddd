import { UsageError } from "../../../core/errors.js";
import {
	type Profile,
	profileFiles,
	profileName,
	readProfile,
	readSections,
} from "../profile.js";
import type { Credentials } from "../sign.js";
import { ofContainer } from "./container.js";
import { ofEnvironment } from "./environment.js";
import { credentialsOf } from "./fields.js";
import { ofInstance } from "./instance.js";
import { ofProcess } from "./process.js";
import { ofSignOn } from "./sign-on.js";
import type { CredentialSource } from "./source.js";
import { assumeRole, type Role } from "./sts.js";
import { withTokenFile } from "./web-identity.js";

/** What `credential_source` may be. */
const named: Readonly<Record<string, CredentialSource>> = {
	Environment: ofEnvironment,
	EcsContainer: ofContainer,
	Ec2InstanceMetadata: ofInstance,
};

/** A profile of ~/.aws/config and ~/.aws/credentials: AWS_PROFILE, or `default`. */
export const ofProfile: CredentialSource = {
	get title() {
		return `profile ${profileName()} (${profileFiles().join(", ")})`;
	},
	async find() {
		const name = profileName();
		if (readSections().has(name)) return ofNamed(name, []);
		if (name !== "default") throw noProfile(name, "AWS_PROFILE asks for it");
		return null;
	},
};

/**
 * The credentials of a profile; null where it has none.
 * @param through The profiles whose sources led to it.
 */
async function ofNamed(
	name: string,
	through: readonly string[],
): Promise<Credentials | null> {
	const profile = readProfile(name);
	const what = `profile ${name}`;
	const own = credentialsOf(
		(field) =>
			({
				AccessKeyId: profile.aws_access_key_id,
				SecretAccessKey: profile.aws_secret_access_key,
				SessionToken: profile.aws_session_token,
				Expiration: undefined,
			})[field],
	);
	// A role may be taken on with the keys of the profile that names it.
	const isOwnSource = through.at(-1) === name;
	if (isOwnSource && own !== null) return own;
	if (through.includes(name))
		throw bad(
			what,
			`its sources go round in a circle (${[...through, name].join(", ")})`,
			"fix source_profile",
		);
	if (profile.role_arn) return ofRole(profile, name, through);
	if (own !== null) return own;
	if (profile.sso_session || profile.sso_start_url)
		return ofSignOn(profile, name, what);
	if (profile.credential_process)
		return ofProcess(profile.credential_process, what);
	if (profile.login_session)
		throw bad(
			what,
			"it is one of `aws login`, which is not read here",
			exportAdvice(name),
		);
	return null;
}

async function ofRole(
	profile: Profile,
	name: string,
	through: readonly string[],
): Promise<Credentials> {
	const what = `profile ${name}`;
	const role: Role = {
		arn: profile.role_arn,
		sessionName: profile.role_session_name,
		duration: profile.duration_seconds,
		externalId: profile.external_id,
	};
	const {
		source_profile: source,
		credential_source: place,
		web_identity_token_file: file,
	} = profile;
	if (file) return withTokenFile(role, file, what);
	if (profile.mfa_serial)
		throw bad(
			what,
			"it wants the code of a device (mfa_serial), which is not asked for here",
			exportAdvice(name),
		);
	if (source) {
		if (!readSections().has(source))
			throw noProfile(source, `source_profile of ${what} asks for it`);
		const found = await ofNamed(source, [...through, name]);
		if (found !== null) return assumeRole(role, found, what);
		throw bad(what, `profile ${source}, its source, has none`, "fix it");
	}
	if (!place)
		throw bad(
			what,
			"it has a role, and does not say with whose credentials it is taken on",
			"give it source_profile, credential_source or web_identity_token_file",
		);
	const found = named[place];
	if (found === undefined)
		throw bad(
			what,
			`its credential_source is ${place}`,
			`it can be ${Object.keys(named).join(", ")}`,
		);
	const credentials = await found.find();
	if (credentials !== null) return assumeRole(role, credentials, what);
	throw bad(
		what,
		`its credential_source, ${found.title}, has none`,
		"run where there are some, or fix it",
	);
}

function exportAdvice(name: string): string {
	return `run \`aws configure export-credentials --format env --profile ${name}\`, and set what it prints`;
}

function bad(what: string, fault: string, advice: string): UsageError {
	return new UsageError(
		"bad-credentials",
		`cannot have credentials of ${what}: ${fault}: ${advice}.`,
	);
}

function noProfile(name: string, why: string): UsageError {
	const names = [...readSections().keys()].filter(
		(section) => !/^(?:sso-session|services) /.test(section),
	);
	const there =
		names.length === 0
			? "no profile is in"
			: `there are ${names.join(", ")} in`;
	return new UsageError(
		"no-profile",
		`there is no profile ${name} (${why}): ${there} ${profileFiles().join(" and ")}.`,
	);
}
