import { UsageError } from "../../core/errors.js";

/** What is wrong with certificates, by Node's codes. */
const TIMES: Record<string, string> = {
	CERT_HAS_EXPIRED: "it has expired",
	CERT_NOT_YET_VALID: "it is not valid yet",
};
const AUTHORITIES: Record<string, string> = {
	DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself",
	SELF_SIGNED_CERT_IN_CHAIN: "its authority is not known here",
	UNABLE_TO_GET_ISSUER_CERT: "its authority is not known here",
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not known here",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its authority is not known here",
	CERT_UNTRUSTED: "its authority is not trusted here",
	CERT_SIGNATURE_FAILURE: "its signature is not its authority's",
};

/** What a server that speaks plain HTTP comes to, by OpenSSL's words. */
const NOT_TLS = /wrong version number|packet length too long/;

/**
 * The error of a server that is not whom it should be, or does not speak TLS: asking again does not help.
 * @returns Null where an error is of something else.
 */
export function tlsError(error: unknown, { host }: URL): UsageError | null {
	const { code, message, cert } = error as NodeJS.ErrnoException & {
		cert?: { subjectaltname?: string };
	};
	if (code === undefined) return null;
	const refused = (fault: string, advice: string) =>
		new UsageError(
			"bad-certificate",
			`the certificate of ${host} is not accepted: ${fault}. ${advice}.`,
		);
	if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
		return refused(
			`it is for ${cert?.subjectaltname || "another host"}`,
			"Use a name that it is for",
		);
	if (code in TIMES)
		return refused(
			TIMES[code],
			"Have it renewed, or set the clock of this machine",
		);
	if (code in AUTHORITIES)
		return refused(
			AUTHORITIES[code],
			"If you trust it, set NODE_EXTRA_CA_CERTS to a file with the certificate of its authority (PEM)",
		);
	if (NOT_TLS.test(message))
		return new UsageError(
			"no-tls",
			`${host} does not speak TLS: give its URL with http:// in place of https://, or correct the port.`,
		);
	return null;
}
