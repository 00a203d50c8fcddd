import { EnvironmentError, UsageError } from "../../core/errors.js";
import { Passing } from "../http/persist.js";
import type { HttpAnswer } from "../http/send.js";
import { isBusy, PASSING } from "../http/status.js";
import { lookedAt } from "./credentials/credentials.js";
import { textOf } from "./xml.js";

/** What S3 said in place of what was asked for. */
export interface S3Failure {
	status: number;
	/** S3's own word for it; empty for answers without a body. */
	code: string;
	message: string;
}

export function failureOf({ status, body, headers }: HttpAnswer): S3Failure {
	const xml = body.toString("utf8");
	return {
		status,
		code: textOf(xml, "Code") ?? String(headers["x-amz-error-code"] ?? ""),
		message: textOf(xml, "Message") ?? "",
	};
}

const PASSING_CODES = new Set([
	"InternalError",
	"OperationAborted",
	"RequestTimeout",
	"ServiceUnavailable",
	"SlowDown",
	"RequestLimitExceeded",
	"Throttling",
	"ThrottlingException",
	"TooManyRequests",
	"ConditionalRequestConflict",
]);

/** @throws Passing where the same request may work later */
export function throwIfPassing(
	{ status, code, message }: S3Failure,
	headers: HttpAnswer["headers"],
	host: string,
): void {
	// 409: another writes the same object at this moment.
	const isPassing =
		PASSING.has(status) || status === 409 || PASSING_CODES.has(code);
	if (!isPassing) return;
	const seconds = Number(headers["retry-after"] ?? 0);
	throw new Passing(
		`${host} answered ${status}${code && ` ${code}`}${message && ` (${message})`}`,
		{
			wait: Number.isFinite(seconds) ? Math.min(60, seconds) * 1000 : 0,
			isBusy: isBusy(status),
		},
	);
}

/** An action on S3, as permissions are named: `s3:GetObject`. */
export type S3Action =
	| "GetObject"
	| "PutObject"
	| "DeleteObject"
	| "ListBucket"
	| "AbortMultipartUpload";

/** The sentence of a failure that does not pass. */
export function explainFailure(
	{ status, code, message }: S3Failure,
	action: S3Action,
	path: string,
	bucket: string,
	hasCredentials: boolean,
	hasKeysOnly: boolean,
): Error {
	const deed =
		action === "GetObject" || action === "ListBucket"
			? "read"
			: action === "DeleteObject"
				? "remove"
				: "write";
	const cannot = `cannot ${deed} ${path}`;
	if (code === "NoSuchBucket")
		return new UsageError(
			"no-such-bucket",
			`${cannot}: there is no bucket ${bucket}. Make it, or correct the name.`,
		);
	if (
		code === "InvalidAccessKeyId" ||
		code === "SignatureDoesNotMatch" ||
		code === "InvalidToken"
	)
		return new UsageError(
			"bad-credentials",
			`${cannot}: the credentials are wrong (${message || code}). Correct the access key and its secret.`,
		);
	if (
		code === "AuthorizationHeaderMalformed" ||
		code === "IllegalLocationConstraintException" ||
		status === 301
	)
		return new UsageError(
			"other-region",
			`${cannot}: bucket ${bucket} is in another region (${message || "moved"}). Set AWS_REGION to it.`,
		);
	if (status === 403 || status === 401)
		return new UsageError(
			"access-denied",
			hasCredentials
				? `${cannot}: access is denied${message && ` (${message})`}. It needs the permission s3:${action} on ${path}.`
				: `${cannot}: access is denied, and there are no credentials: set ${hasKeysOnly ? "an HMAC key in " : ""}AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE${hasKeysOnly ? "" : ", or run where a role gives them"}. Looked at: ${lookedAt(hasKeysOnly)}.`,
		);
	if (
		code === "EntityTooLarge" ||
		code === "KeyTooLongError" ||
		code === "InvalidBucketName" ||
		status === 400
	)
		return new UsageError(
			`cannot-${deed}`,
			`${cannot}: ${message || code || `the answer was ${status}`}.`,
		);
	return new EnvironmentError(
		`cannot-${deed}`,
		`${cannot}: the answer was ${status}${code && ` ${code}`}${message && ` (${message})`}.`,
	);
}
