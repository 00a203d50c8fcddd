import type { Credentials } from "../sign.js";
import { ofContainer } from "./container.js";
import { ofEnvironment } from "./environment.js";
import { ofInstance } from "./instance.js";
import { ofProfile } from "./of-profile.js";
import type { CredentialSource } from "./source.js";
import { ofWebIdentity } from "./web-identity.js";

/** In this order, as Amazon's own programs look. */
const chain: readonly CredentialSource[] = [
	ofEnvironment,
	ofWebIdentity,
	ofProfile,
	ofContainer,
	ofInstance,
];

/** Renewed so long before they expire, in milliseconds. */
const AHEAD = 5 * 60_000;
/** With less left than this, requests wait for new ones. */
const SHORT = 30_000;
/** Between two attempts to renew those that are still valid, at most. */
const PAUSE = 60_000;

/** What was found; null: there are none. */
interface Held {
	credentials: Credentials | null;
	/** When to look for others, in milliseconds since 1970. */
	renewAt: number;
}

let held: Held | null = null;
let search: Promise<Held> | null = null;

/**
 * The credentials to sign with; null where there are none. They are renewed before they
 * expire, by one search for all who ask; those that are still valid are used meanwhile,
 * and also where the search fails.
 */
export async function findCredentials(): Promise<Credentials | null> {
	const now = Date.now();
	if (held === null) return (await renewed()).credentials;
	if (now < held.renewAt) return held.credentials;
	const { credentials, renewAt } = held;
	const left = (credentials?.expires ?? renewAt) - now;
	const next = renewed().catch((error) => {
		if (credentials === null || left <= 0) throw error;
		const again = { credentials, renewAt: now + pauseBefore(left) };
		// Unless they were forgotten meanwhile.
		if (held?.credentials === credentials) held = again;
		return again;
	});
	if (credentials !== null && left > SHORT) return credentials;
	return (await next).credentials;
}

/**
 * Forgets credentials that were refused: the next call looks for others.
 * @param refused Those that a request was signed with; others are kept. Left out: any.
 */
export function forgetCredentials(refused?: Credentials | null): void {
	if (refused !== undefined && held?.credentials !== refused) return;
	held = null;
	search = null;
	keys = null;
}

/** Places of keys, which other services than Amazon's have as well. */
const ofKeys: readonly CredentialSource[] = [ofEnvironment, ofProfile];

let keys: Promise<Credentials | null> | null = null;

/** Keys of the environment or a profile; null where there are none. They do not expire. */
export function findKeys(): Promise<Credentials | null> {
	keys ??= (async () => {
		for (const source of ofKeys) {
			const found = await source.find();
			if (found !== null) return found;
		}
		return null;
	})();
	// What failed is mended, and asked for again.
	keys.catch(() => {
		keys = null;
	});
	return keys;
}

/**
 * Where credentials were looked for, in words.
 * @param hasKeysOnly Whether it was by `findKeys`.
 */
export function lookedAt(hasKeysOnly = false): string {
	return (hasKeysOnly ? ofKeys : chain).map(({ title }) => title).join(", ");
}

/** The search that is under way, or a new one. */
function renewed(): Promise<Held> {
	if (search !== null) return search;
	const own = searchChain().then(
		(found) => {
			if (search === own) {
				held = found;
				search = null;
			}
			return found;
		},
		(error) => {
			if (search === own) search = null;
			throw error;
		},
	);
	search = own;
	return own;
}

async function searchChain(): Promise<Held> {
	for (const source of chain) {
		const credentials = await source.find();
		if (credentials === null) continue;
		const { expires } = credentials;
		if (expires === undefined) return { credentials, renewAt: Infinity };
		const now = Date.now();
		const soonest = now + pauseBefore(expires - now);
		return { credentials, renewAt: Math.max(expires - AHEAD, soonest) };
	}
	return { credentials: null, renewAt: Infinity };
}

/** Milliseconds until credentials are looked for again that are valid for some more. */
function pauseBefore(left: number): number {
	return Math.max(1000, Math.min(PAUSE, left / 2));
}
