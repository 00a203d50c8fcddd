import type { BigIntStats } from "node:fs";

/** See `Stat.version`. */
export function versionOf({ ino, mtimeNs }: BigIntStats): string {
	return `${ino}-${mtimeNs}`;
}
