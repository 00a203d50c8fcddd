import { EnvironmentError, UsageError } from "../../../core/errors.js";
import { ask } from "./ask.js";
import { credentialsInJson } from "./fields.js";
import type { CredentialSource } from "./source.js";
import { tokenIn } from "./web-identity.js";

const WHAT = "the container (AWS_CONTAINER_CREDENTIALS_...)";

/** Agents of ECS and of EKS, the only hosts that are asked without TLS, but for this machine. */
const AGENTS = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/** What an agent beside a container gives: a task's role in ECS, Pod Identity in EKS. */
export const ofContainer: CredentialSource = {
	title: WHAT,
	async find() {
		const url = containerUrl(process.env);
		if (url === null) return null;
		const authorization = await authorizationOf(process.env);
		const answer = await ask(WHAT, {
			url,
			headers: authorization === null ? {} : { authorization },
		});
		const found = credentialsInJson(answer.body.toString("utf8"));
		if (answer.status === 200 && found !== null) return found;
		throw new EnvironmentError(
			"cannot-reach",
			`cannot have credentials of ${WHAT}: ${url.host} answered ${answer.status}${answer.status === 200 ? " without them" : ""}. See that the container has a role.`,
		);
	},
};

/**
 * Where the agent is; null where none is set up.
 * @throws UsageError `bad-url` where it is a host that could be anyone's
 */
export function containerUrl(env: NodeJS.ProcessEnv): URL | null {
	const {
		AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative,
		AWS_CONTAINER_CREDENTIALS_FULL_URI: full,
	} = env;
	if (relative) return new URL(relative, `http://${AGENTS[0]}`);
	if (!full) return null;
	let url: URL | null = null;
	try {
		url = new URL(full);
	} catch {}
	const isAllowed =
		url?.protocol === "https:" ||
		(url?.protocol === "http:" &&
			(AGENTS.includes(url.hostname) || isThisMachine(url.hostname)));
	if (url !== null && isAllowed) return url;
	throw new UsageError(
		"bad-url",
		`AWS_CONTAINER_CREDENTIALS_FULL_URI is ${full}: credentials are asked for with https://, or of this machine, or of ${AGENTS.join(", ")}.`,
	);
}

function isThisMachine(host: string): boolean {
	return /^(?:127(?:\.\d+){3}|localhost|\[::1\])$/.test(host);
}

async function authorizationOf(env: NodeJS.ProcessEnv): Promise<string | null> {
	const {
		AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
		AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
	} = env;
	const found = file ? await tokenIn(file, WHAT) : token || null;
	if (found !== null && /[\r\n]/.test(found))
		throw new UsageError(
			"bad-credentials",
			`cannot have credentials of ${WHAT}: the authorization token has several lines.`,
		);
	return found;
}
