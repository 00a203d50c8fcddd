import type { CredentialSource } from "./source.js";

/** AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN where they are of a session. */
export const ofEnvironment: CredentialSource = {
	title: "the environment",
	async find() {
		const {
			AWS_ACCESS_KEY_ID: accessKeyId,
			AWS_SECRET_ACCESS_KEY: secretAccessKey,
			AWS_SESSION_TOKEN: sessionToken,
		} = process.env;
		if (!accessKeyId || !secretAccessKey) return null;
		return {
			accessKeyId,
			secretAccessKey,
			...(sessionToken && { sessionToken }),
		};
	},
};
