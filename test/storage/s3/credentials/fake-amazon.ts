import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { forgetCredentials } from "../../../../src/storage/s3/credentials/credentials.js";
import { temporaryDirectory } from "../../../helpers.js";
import { type Asked, fakeServer, withEnvironment } from "../../fake-server.js";

/** Nothing answers here: a port that no program can have. */
export const NOWHERE = "http://127.0.0.1:1";

/** A home directory with files in it, and no other credentials anywhere. */
export function alone(
	files: Readonly<Record<string, string>> = {},
	variables: Readonly<Record<string, string>> = {},
): string {
	const home = temporaryDirectory();
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(dirname(join(home, name)), { recursive: true });
		writeFileSync(join(home, name), content);
	}
	withEnvironment(
		{
			HOME: home,
			AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
			...Object.fromEntries(
				Object.entries(variables).map(([name, value]) => [
					name,
					value.replace("~", home),
				]),
			),
		},
		"AWS_",
	);
	forgetCredentials();
	onTestFinished(() => forgetCredentials());
	return home;
}

/** As Amazon gives them: keys that say whom they are of, for an hour. */
export function keysOf(name: string, seconds = 3600) {
	return {
		AccessKeyId: `${name}-id`,
		SecretAccessKey: `${name}-secret`,
		Expiration: new Date(Date.now() + seconds * 1000).toISOString(),
	};
}

/** STS, which gives a role's keys by the last part of its name, and says who asked. */
export async function fakeSts() {
	const calls: { signer: string; fields: Record<string, string> }[] = [];
	const { url } = await fakeServer(({ headers, body }: Asked) => {
		const fields = Object.fromEntries(new URLSearchParams(body));
		const signer =
			/Credential=([^/]*)\/\d{8}\/([^/]*)\/sts\/aws4_request/.exec(
				headers.authorization ?? "",
			) ?? [];
		calls.push({ signer: `${signer[1]} ${signer[2]}`, fields });
		const name = fields.RoleArn?.split("/").at(-1) ?? "";
		if (name === "forbidden")
			return {
				status: 403,
				body: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>",
			};
		const keys = keysOf(name);
		return {
			body: `<R><Credentials><AccessKeyId>${keys.AccessKeyId}</AccessKeyId><SecretAccessKey>${keys.SecretAccessKey}</SecretAccessKey><SessionToken>t&amp;t</SessionToken><Expiration>${keys.Expiration}</Expiration></Credentials></R>`,
		};
	});
	return { url, calls };
}
