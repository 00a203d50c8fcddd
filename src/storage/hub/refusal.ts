import { EnvironmentError, UsageError } from "../../core/errors.js";
import type { HttpAnswer } from "../http/send.js";
import { type HubPlace, pageOf } from "./place.js";
import { hubEndpoint } from "./settings.js";

/** The sentence of what the hub refuses. */
export function refusal(
	path: string,
	place: HubPlace,
	{ status, headers }: HttpAnswer,
	hasToken: boolean,
): Error {
	const { repository, revision, kind } = place;
	const cannot = `cannot read ${path}:`;
	const code = String(headers["x-error-code"] ?? "");
	const said = headers["x-error-message"];
	const page = pageOf(hubEndpoint(), place).href;
	const token = hasToken
		? "the token that was sent (HF_TOKEN, or that of `hf auth login`) may not read it"
		: "there is no token: set HF_TOKEN, or run `hf auth login`";
	if (said === "Invalid credentials in Authorization header")
		return new UsageError(
			"bad-credentials",
			`${cannot} the hub does not know the token that was sent (HF_TOKEN, or that of \`hf auth login\`): correct it, or remove it.`,
		);
	if (code === "GatedRepo")
		return new UsageError(
			"access-denied",
			`${cannot} access to ${repository} is granted to who asks for it. Accept its conditions at ${page}; ${token}.`,
		);
	if (code === "RevisionNotFound")
		return new UsageError(
			"no-such-input",
			`${cannot} ${repository} has no revision ${revision ?? "main"}. See ${page} for those it has.`,
		);
	if (code === "RepoNotFound" || status === 404 || status === 401)
		return new UsageError(
			"access-denied",
			`${cannot} there is no ${repository} among the ${kind} of the hub, or it is private. Correct the name, or, if it is private, the token: ${token}.`,
		);
	if (status === 403)
		return new UsageError(
			"access-denied",
			`${cannot} access is denied${said ? ` (${said})` : ""}: ${token}.`,
		);
	return new EnvironmentError(
		"cannot-read",
		`${cannot} the answer was ${status}${said ? ` (${said})` : ""}.`,
	);
}
