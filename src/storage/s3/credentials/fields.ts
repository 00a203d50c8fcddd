import { parseJson } from "../../../core/json.js";
import { isObject } from "../../../core/values.js";
import type { Credentials } from "../sign.js";

/**
 * Credentials as container agents, instance metadata and processes write them: JSON with
 * `AccessKeyId`, `SecretAccessKey`, `SessionToken` or `Token`, and `Expiration`. Null where it is something else.
 */
export function credentialsInJson(text: string): Credentials | null {
	const fields = jsonObject(text);
	return fields === null
		? null
		: credentialsOf((name) =>
				name === "SessionToken"
					? (fields.SessionToken ?? fields.Token)
					: fields[name],
			);
}

/** Credentials from fields by their names; null where keys are missing. */
export function credentialsOf(
	field: (
		name: "AccessKeyId" | "SecretAccessKey" | "SessionToken" | "Expiration",
	) => unknown,
): Credentials | null {
	const accessKeyId = field("AccessKeyId");
	const secretAccessKey = field("SecretAccessKey");
	const sessionToken = field("SessionToken");
	if (!isText(accessKeyId) || !isText(secretAccessKey)) return null;
	const expires = timeOf(field("Expiration"));
	return {
		accessKeyId,
		secretAccessKey,
		...(isText(sessionToken) && { sessionToken }),
		...(expires !== null && { expires }),
	};
}

/** The object that a text holds as JSON; null where it holds none. */
export function jsonObject(text: string): Record<string, unknown> | null {
	try {
		const value: unknown = parseJson(text);
		return isObject(value) ? value : null;
	} catch {
		return null;
	}
}

/** Milliseconds since 1970, of such a number or of a time in words; null where it is neither. */
export function timeOf(value: unknown): number | null {
	if (typeof value === "number") return value;
	// Old caches end in the name of the zone.
	const time = isText(value)
		? Date.parse(value.replace(/\s*UTC$/, "Z"))
		: Number.NaN;
	return Number.isFinite(time) ? time : null;
}

export function isText(value: unknown): value is string {
	return typeof value === "string" && value !== "";
}
