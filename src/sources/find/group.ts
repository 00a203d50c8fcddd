import { sha256 } from "../../storage/hash.js";
import type { Candidate, FoundInput } from "./candidate.js";

/** A file that was found, and how. */
interface Taken {
	file: FoundInput;
	candidate: Candidate;
}

/**
 * Makes one document of all files below each directory that is directly in an input,
 * in the order of their paths; other files stay documents of their own.
 */
export function groupsOf(taken: readonly Taken[]): FoundInput[] {
	const grouped: FoundInput[] = [];
	let group: Taken[] = [];
	let key: string | null = null;
	const close = () => {
		if (group.length > 0) grouped.push(joined(group));
		group = [];
	};
	for (const each of taken) {
		const next = groupOf(each.candidate);
		if (next === null || next !== key) close();
		key = next;
		if (next === null) grouped.push(each.file);
		else group.push(each);
	}
	close();
	return grouped;
}

/** The directory that a file is grouped by, unlike that of any other input; null for none. */
function groupOf({ input, below }: Candidate): string | null {
	const slash = below?.indexOf("/") ?? -1;
	return slash === -1 ? null : `${input}/${below?.slice(0, slash)}`;
}

function joined(group: readonly Taken[]): FoundInput {
	const [{ file, candidate }] = group;
	const below = candidate.below ?? "";
	const depth = below.length - below.indexOf("/");
	const path = file.path.slice(0, -depth);
	const members = group.map(({ file }) => ({
		path: file.path.slice(path.length + 1),
		size: file.size,
		version: file.version ?? "",
	}));
	const fingerprints = group.map(({ file }) => file.fingerprint);
	return {
		...file,
		path,
		size: members.reduce((sum, { size }) => sum + size, 0),
		version: null,
		members,
		fingerprint: fingerprints.includes(null)
			? null
			: fingerprintOfMembers(members, fingerprints as string[]),
	};
}

/** The fingerprint of a document of several files, from theirs. */
export function fingerprintOfMembers(
	members: readonly { path: string }[],
	fingerprints: readonly string[],
): string {
	return sha256(
		members.map(({ path }, i) => `${fingerprints[i]} ${path}\n`).join(""),
	);
}
