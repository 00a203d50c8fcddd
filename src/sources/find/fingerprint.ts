import { fingerprintOfFile } from "../../storage/hash.js";
import { nameAt, storageAt } from "../../storage/storages.js";
import type { FoundInput } from "./candidate.js";
import { fingerprintOfMembers } from "./group.js";

/**
 * What a file is told by: `version`, what its storage says of its content, where it says
 * anything, and else a sample; `sample`, a hash of its size and both ends.
 */
export const fingerprintKinds = ["version", "sample"] as const;
export type FingerprintKind = (typeof fingerprintKinds)[number];

/** Begins what is made of versions; a sample is a hash alone. */
const VERSION = "version:";

/** What a fingerprint is made of. Only those of one kind can be compared. */
export function kindOfFingerprint(fingerprint: string): FingerprintKind {
	return fingerprint.startsWith(VERSION) ? "version" : "sample";
}

/** What tells a file of some size from another. */
export async function fingerprintOf(
	file: FoundInput,
	kind: FingerprintKind,
): Promise<string> {
	const versions = kind === "version" ? fingerprintByVersion(file) : null;
	return versions ?? fingerprintBySample(file);
}

/** Of what is known of a file since it was found; null where its storage does not tell its content. */
export function fingerprintByVersion(file: FoundInput): string | null {
	const parts = partsOf(file);
	const tags: string[] = [];
	for (const { path, version } of parts) {
		const tag = storageAt(path).contentTag?.(version ?? "") ?? null;
		if (tag === null) return null;
		tags.push(tag);
	}
	return VERSION + joined(file, parts, tags);
}

/** By some of the bytes, which are known already where the file is small and was looked into. */
export async function fingerprintBySample(file: FoundInput): Promise<string> {
	if (file.fingerprint !== null) return file.fingerprint;
	const parts = partsOf(file);
	const each: string[] = [];
	for (const { path, size, version } of parts)
		each.push(
			await fingerprintOfFile(
				storageAt(path),
				path,
				size,
				version ?? undefined,
			),
		);
	return joined(file, parts, each);
}

interface Part {
	path: string;
	/** What it is called among the others. */
	name: string;
	size: number;
	version: string | null;
}

/** The files that a document is made of, and those beside it. */
function partsOf({ path, size, version, members, beside }: FoundInput): Part[] {
	if (members !== undefined)
		return members.map((member) => ({
			...member,
			path: `${path}/${member.path}`,
			name: member.path,
		}));
	return [{ path, size, version }, ...(beside ?? [])].map((file) => ({
		...file,
		name: nameAt(file.path).replace(/^.*\//, ""),
	}));
}

/** What tells a file, from what tells each of its parts. */
function joined(
	{ members }: FoundInput,
	parts: readonly Part[],
	each: readonly string[],
): string {
	if (members === undefined && parts.length === 1) return each[0];
	return fingerprintOfMembers(
		parts.map(({ name }) => ({ path: name })),
		each,
	);
}
