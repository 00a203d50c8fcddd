import { readFile } from "node:fs/promises";
import { UsageError } from "../../../core/errors.js";
import type { Credentials } from "../sign.js";
import type { CredentialSource } from "./source.js";
import { assumeRoleWithToken, type Role } from "./sts.js";

/** AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, as Kubernetes sets them for service accounts (IRSA). */
export const ofWebIdentity: CredentialSource = {
	title: "a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)",
	async find() {
		const {
			AWS_WEB_IDENTITY_TOKEN_FILE: file,
			AWS_ROLE_ARN: arn,
			AWS_ROLE_SESSION_NAME: sessionName,
		} = process.env;
		if (!file) return null;
		if (!arn)
			throw new UsageError(
				"bad-credentials",
				`AWS_WEB_IDENTITY_TOKEN_FILE names ${file}, and AWS_ROLE_ARN names no role that its token is for: set both, or neither.`,
			);
		return withTokenFile({ arn, sessionName }, file, this.title);
	},
};

/** @param what Where these credentials are asked for, in words. */
export async function withTokenFile(
	role: Role,
	file: string,
	what: string,
): Promise<Credentials> {
	return assumeRoleWithToken(role, await tokenIn(file, what), what);
}

/**
 * The token that a file holds. It is read each time: whoever runs the process writes a new one now and then.
 * @throws UsageError `bad-credentials`
 */
export async function tokenIn(file: string, what: string): Promise<string> {
	let token = "";
	let fault = "it is empty";
	try {
		token = (await readFile(file, "utf8")).trim();
	} catch (error) {
		fault = (error as Error).message;
	}
	if (token !== "") return token;
	throw new UsageError(
		"bad-credentials",
		`cannot have credentials of ${what}: the token in ${file} cannot be read (${fault}).`,
	);
}
