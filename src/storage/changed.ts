import { EnvironmentError } from "../core/errors.js";

/** What a file is after it was read, where that is not what it was before; null: it is gone. */
export function changedWhileRead(
	code: string,
	path: string,
	before: { size: number },
	now: { size: number } | null,
): EnvironmentError {
	const became =
		now === null
			? "is gone"
			: now.size === before.size
				? "was written to or replaced"
				: `has ${now.size}`;
	return new EnvironmentError(
		code,
		`${path} changed while it was being read: it had ${before.size} bytes and ${became}. Begin again once it no longer changes.`,
	);
}
