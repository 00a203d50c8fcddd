import { sum } from "../../core/arithmetic.js";
import { belowShared } from "./below-shared.js";

/** Names that are listed for a reason, at most. */
const MOST_NAMES = 100;

/** Why something that was met is no input: in words, one and several; null where nobody need be told. */
const reasons = {
	hidden: ["hidden file or directory", "hidden files and directories"],
	unreadable: [
		"file or directory that cannot be read",
		"files and directories that cannot be read",
	],
	"bad-name": [
		"file whose name is not UTF-8",
		"files whose names are not UTF-8",
	],
	"not-a-file": [
		"pipe, device or broken link",
		"pipes, devices and broken links",
	],
	"unknown-kind": ["file of unknown kind", "files of unknown kind"],
	misnamed: [
		"file that is not what its name says",
		"files that are not what their names say",
	],
	"git-lfs-pointer": ["pointer of Git LFS", "pointers of Git LFS"],
	binary: ["file that is not text", "files that are not text"],
	beside: [
		"file that may be about the others, and is read where it is named",
		"files that may be about the others, and are read where they are named",
	],
	companion: null,
	"in-store": null,
	excluded: null,
} as const satisfies Record<string, readonly [string, string] | null>;

export type LeftOutReason = keyof typeof reasons;

/** What stops a build, unless what cannot be used is to be passed over. */
const stopping: readonly LeftOutReason[] = [
	"unreadable",
	"bad-name",
	"not-a-file",
	"misnamed",
	"git-lfs-pointer",
];

/** How many of what was left out would have stopped a build. */
export function countSkipped(leftOut: readonly LeftOutSummary[]): number {
	return sum(
		leftOut
			.filter(({ reason }) => stopping.includes(reason))
			.map(({ count }) => count),
	);
}

/** Something that was met and is no input. */
export interface LeftOut {
	path: string;
	why: LeftOutReason;
}

/** How many were left out for each reason. */
export function countLeftOut(
	leftOut: readonly LeftOut[],
): Partial<Record<LeftOutReason, number>> {
	const counts: Partial<Record<LeftOutReason, number>> = {};
	for (const { why } of leftOut) counts[why] = (counts[why] ?? 0) + 1;
	return counts;
}

/** What was left out for one reason. */
export interface LeftOutSummary {
	reason: LeftOutReason;
	count: number;
	/** The first ones in the order of their names, below the directory that they share with the inputs; that of a directory ends in a slash. */
	names: string[];
}

/**
 * What was left out, once where it was met again, with the reasons in the order of their
 * names: the same wherever the inputs lie.
 * @param inputs Paths of the inputs.
 */
export function summarizeLeftOut(
	leftOut: readonly LeftOut[],
	inputs: readonly string[],
): LeftOutSummary[] {
	const names = belowShared([...leftOut.map(({ path }) => path), ...inputs]);
	const byReason = new Map<LeftOutReason, Set<string>>();
	for (const [i, { path, why }] of leftOut.entries()) {
		const found = byReason.get(why) ?? new Set();
		const name = names[i].replace(/\/$/, "");
		byReason.set(why, found.add(path.endsWith("/") ? `${name}/` : name));
	}
	return [...byReason.keys()].sort().map((reason) => {
		const found = [...(byReason.get(reason) ?? [])].sort();
		return { reason, count: found.length, names: found.slice(0, MOST_NAMES) };
	});
}

/** What two calls left out: what both tell by the same name counts once. */
export function joinLeftOut(
	before: readonly LeftOutSummary[],
	more: readonly LeftOutSummary[],
): LeftOutSummary[] {
	const byReason = new Map(before.map((each) => [each.reason, each]));
	for (const { reason, count, names } of more) {
		const known = byReason.get(reason);
		const others = names.filter((name) => !known?.names.includes(name));
		const both = names.length - others.length;
		byReason.set(reason, {
			reason,
			count: (known?.count ?? 0) + count - both,
			names: [...(known?.names ?? []), ...others].sort().slice(0, MOST_NAMES),
		});
	}
	return [...byReason.keys()]
		.sort()
		.flatMap((reason) => byReason.get(reason) ?? []);
}

/** What a person is told of what was left out: a sentence for each reason, without a full stop. */
export function leftOutNotices(leftOut: readonly LeftOut[]): string[] {
	const counts = countLeftOut(leftOut);
	return (Object.keys(reasons) as LeftOutReason[]).flatMap((reason) => {
		const words = reasons[reason];
		const count = counts[reason];
		if (words === null || count === undefined) return [];
		const example = leftOut.find(({ why }) => why === reason)?.path;
		return [
			`left out ${count} ${words[count === 1 ? 0 : 1]}, such as ${example}`,
		];
	});
}
