/**
 * What an `ETag` says of the content, without its quotes; null for a weak one (RFC 9110, 8.8.3),
 * which files that differ may share, and for anything else.
 */
export function strongTag(etag: string): string | null {
	return /^"([^"]+)"$/.exec(etag)?.[1] ?? null;
}
