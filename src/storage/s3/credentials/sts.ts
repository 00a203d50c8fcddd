import { EnvironmentError, UsageError } from "../../../core/errors.js";
import { hideSecret } from "../../../core/secrets.js";
import type { HttpAnswer } from "../../http/send.js";
import { type Credentials, sign } from "../sign.js";
import { textOf } from "../xml.js";
import { ask } from "./ask.js";
import { chosenRegion, endpointOf } from "./endpoint.js";
import { credentialsOf } from "./fields.js";

/** What the session of a role is called where nothing else is said: it stands in logs. */
const SESSION = "seqpack";

/** Codes of what may work later, whatever the status. */
const PASSING = new Set([
	"Throttling",
	"ThrottlingException",
	"RequestLimitExceeded",
	"IDPCommunicationError",
]);

/** A role, and how its session is to be. */
export interface Role {
	arn: string;
	sessionName?: string | undefined;
	/** Seconds. */
	duration?: string | undefined;
	externalId?: string | undefined;
}

/**
 * Takes on a role (STS AssumeRole).
 * @param source Whose credentials may take it on.
 * @param what Where these credentials are asked for, in words.
 */
export function assumeRole(
	role: Role,
	source: Credentials,
	what: string,
): Promise<Credentials> {
	return askSts(
		"AssumeRole",
		{ ...fieldsOf(role), ExternalId: role.externalId },
		what,
		source,
	);
}

/** Takes on a role with a token of an identity provider (STS AssumeRoleWithWebIdentity). */
export function assumeRoleWithToken(
	role: Role,
	token: string,
	what: string,
): Promise<Credentials> {
	hideSecret(token);
	return askSts(
		"AssumeRoleWithWebIdentity",
		{ ...fieldsOf(role), WebIdentityToken: token },
		what,
		null,
	);
}

function fieldsOf({ arn, sessionName, duration }: Role) {
	return {
		RoleArn: arn,
		RoleSessionName: sessionName || SESSION,
		DurationSeconds: duration,
	};
}

async function askSts(
	action: string,
	fields: Readonly<Record<string, string | undefined>>,
	what: string,
	signer: Credentials | null,
): Promise<Credentials> {
	const region = chosenRegion();
	const url = endpointOf("STS", "sts", region);
	const form = new URLSearchParams({ Action: action, Version: "2011-06-15" });
	for (const [name, value] of Object.entries(fields))
		if (value) form.set(name, value);
	const body = Buffer.from(form.toString());
	const plain = { "content-type": "application/x-www-form-urlencoded" };
	const askAt = (now: number) =>
		ask(what, {
			method: "POST",
			url,
			body,
			isPassing: (answer) => PASSING.has(codeOf(answer)),
			headers:
				signer === null
					? { ...plain, "content-length": String(body.length) }
					: sign(
							{
								method: "POST",
								url,
								body,
								headers: { ...plain, "content-length": String(body.length) },
							},
							signer,
							{ region, service: "sts" },
							now,
						),
		});
	let answer = await askAt(Date.now());
	const theirs = Date.parse(answer.headers.date ?? "");
	// A clock that is wrong is corrected, as it is for S3.
	if (answer.status === 403 && Math.abs(theirs - Date.now()) > 5 * 60_000)
		answer = await askAt(theirs);
	if (answer.status !== 200) throw refusal(answer, action, fields, what, url);
	const xml = answer.body.toString("utf8");
	const found = credentialsOf((name) => textOf(xml, name));
	if (found !== null) return found;
	throw new EnvironmentError(
		"cannot-reach",
		`cannot have credentials of ${what}: ${url.host} answered without them.`,
	);
}

function codeOf({ body }: HttpAnswer): string {
	return textOf(body.toString("utf8"), "Code") ?? "";
}

function refusal(
	answer: HttpAnswer,
	action: string,
	{ RoleArn }: Readonly<Record<string, string | undefined>>,
	what: string,
	{ host }: URL,
): UsageError {
	const code = codeOf(answer);
	const message = textOf(answer.body.toString("utf8"), "Message");
	const isOver = code === "ExpiredToken" || code === "ExpiredTokenException";
	const advice =
		action === "AssumeRole"
			? isOver
				? "The credentials that are to assume it have expired: renew them."
				: "Fix the role, or allow sts:AssumeRole on it."
			: isOver
				? "The token has expired: have a new one written."
				: "Fix the role, or what it trusts.";
	return new UsageError(
		"bad-credentials",
		`cannot have credentials of ${what}: the role ${RoleArn} is refused by ${host} (${answer.status}${code && ` ${code}`}${message ? `: ${message}` : ""}). ${advice}`,
	);
}
