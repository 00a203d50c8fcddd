import { EnvironmentError } from "../../../core/errors.js";
import { PATIENCE, Passing, persist } from "../../http/persist.js";
import { type HttpAnswer, send } from "../../http/send.js";
import { credentialsInJson, jsonObject } from "./fields.js";
import type { CredentialSource } from "./source.js";

/** Where nothing answers, all of it takes two seconds at most. */
const IDLE = 900;
const TRIES = 2;
/** Bytes of an answer. */
const MOST = 1 << 20;

/** Seconds that the token for asking is valid. */
const TOKEN_LIFE = "21600";
const ROLES = "latest/meta-data/iam/security-credentials/";

/** What the metadata service of an instance of EC2 gives (version 2): the role of the instance. */
export const ofInstance: CredentialSource = {
	title: "instance metadata",
	async find() {
		if (/^true$/i.test(process.env.AWS_EC2_METADATA_DISABLED ?? ""))
			return null;
		const endpoint = endpointOf(process.env);
		const token = await askMetadata(endpoint, "latest/api/token", "PUT", {
			"x-aws-ec2-metadata-token-ttl-seconds": TOKEN_LIFE,
		});
		// No machine of Amazon's, or one that has no such service.
		if (token === null || token.status !== 200) return null;
		const headers = {
			"x-aws-ec2-metadata-token": token.body.toString("utf8").trim(),
		};
		const roles = await askMetadata(endpoint, ROLES, "GET", headers);
		const [role] = roles?.body.toString("utf8").trim().split(/\s/) ?? [];
		if (roles === null || roles.status === 404 || !role) return null;
		const answer = await askMetadata(endpoint, ROLES + role, "GET", headers);
		const text = answer?.body.toString("utf8") ?? "";
		const found = answer?.status === 200 ? credentialsInJson(text) : null;
		if (found !== null) return found;
		const code = jsonObject(text)?.Code;
		throw new EnvironmentError(
			"cannot-reach",
			`cannot have credentials of the instance's role ${role}: its metadata service ${answer === null ? "answers no more" : `answered ${answer.status}`}${typeof code === "string" ? ` (${code})` : ""}. See that the instance may use the role, and run the same again.`,
		);
	},
};

function endpointOf(env: NodeJS.ProcessEnv): string {
	const given = env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
	if (given) return `${given.replace(/\/+$/, "")}/`;
	return /^ipv6$/i.test(env.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE ?? "")
		? "http://[fd00:ec2::254]/"
		: "http://169.254.169.254/";
}

/** An answer of the service; null where none comes. */
async function askMetadata(
	endpoint: string,
	path: string,
	method: string,
	headers: Readonly<Record<string, string>>,
): Promise<HttpAnswer | null> {
	const silence = new Error("nothing answers");
	try {
		return await persist(
			async () => {
				const url = new URL(path, endpoint);
				const answer = await send({
					method,
					url,
					headers,
					idle: IDLE,
					most: MOST,
				});
				if (answer.status >= 500 || answer.status === 429)
					throw new Passing(`it answered ${answer.status}`);
				return answer;
			},
			() => silence,
			{ ...PATIENCE, tries: TRIES },
		);
	} catch (error) {
		if (error === silence) return null;
		throw error;
	}
}
