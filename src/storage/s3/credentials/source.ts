import type { Credentials } from "../sign.js";

/**
 * A place that credentials may come from. A new one is a file in this folder and a line
 * in `chain` (credentials.ts).
 */
export interface CredentialSource {
	/** How people call it, in errors: "the environment". */
	readonly title: string;
	/** Null where it is not set up. @throws where it is, and does not work */
	find(): Promise<Credentials | null>;
}
