import type { Credentials } from "../sign.js";
import { ofEnvironment } from "./environment.js";
import type { CredentialSource } from "./source.js";

/** In this order, as all of Amazon's own programs look. */
const chain: readonly CredentialSource[] = [ofEnvironment];

/** Renewed so long before they expire, in milliseconds. */
const AHEAD = 5 * 60_000;

let held: Promise<Credentials | null> | null = null;

/** The credentials to sign with; null where there are none. */
export async function findCredentials(): Promise<Credentials | null> {
	const known = await held;
	if (known?.expires !== undefined && known.expires - AHEAD < Date.now())
		held = null;
	held ??= search();
	try {
		return await held;
	} catch (error) {
		held = null;
		throw error;
	}
}

/** Forgets credentials that were refused: the next call looks for others. */
export function forgetCredentials(): void {
	held = null;
}

async function search(): Promise<Credentials | null> {
	for (const source of chain) {
		const found = await source.find();
		if (found !== null) return found;
	}
	return null;
}
