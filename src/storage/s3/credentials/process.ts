import { exec } from "node:child_process";
import { UsageError } from "../../../core/errors.js";
import type { Credentials } from "../sign.js";
import { credentialsInJson, jsonObject } from "./fields.js";

/** Milliseconds, and bytes of an answer. */
const LONGEST = 60_000;
const MOST = 1 << 16;

/**
 * What a command prints that gives credentials (`credential_process`).
 * @param what Where these credentials are asked for, in words.
 */
export async function ofProcess(
	command: string,
	what: string,
): Promise<Credentials> {
	const fail = (fault: string) =>
		new UsageError(
			"bad-credentials",
			`cannot have credentials of ${what}: its credential_process ${fault}.`,
		);
	const output = await new Promise<string>((resolve, reject) => {
		exec(
			command,
			{ timeout: LONGEST, maxBuffer: MOST, windowsHide: true },
			(error, stdout, stderr) => {
				if (error === null) return resolve(stdout);
				const said = stderr.trim().split(/\r?\n/).at(-1);
				const fault = error.killed
					? `did not end within ${LONGEST / 1000} s`
					: `failed with ${error.code ?? "an error"}`;
				reject(fail(said ? `${fault} (${said})` : fault));
			},
		);
	});
	const version = jsonObject(output)?.Version;
	if (version === undefined)
		throw fail("printed something else than JSON with a Version");
	if (version !== 1)
		throw fail(`printed Version ${String(version)}, and 1 is known here`);
	const found = credentialsInJson(output);
	if (found === null) throw fail("printed no AccessKeyId and SecretAccessKey");
	if (found.expires !== undefined && found.expires <= Date.now())
		throw fail("printed credentials that have expired");
	return found;
}
