import { type HttpAnswer, type HttpRequest, send } from "./send.js";

/** Redirects that are followed for one request, at most. */
const MOST = 8;
/** Milliseconds for which a URL is asked where it was redirected to, and how many are remembered. */
const REMEMBERED = 5 * 60_000;
const MOST_REMEMBERED = 1000;

/** What is an answer of where a URL leads to, and not of its having ended. */
const GOOD = new Set([200, 206, 412, 416]);

/**
 * Sends requests, and on to where they are redirected. What says who asks goes to no other
 * host, and nothing goes from https to http: such a redirect is the answer. Where a URL leads to is remembered for
 * a while, so that the pieces of a file are asked for where they are.
 */
export class Redirects {
	readonly #known = new Map<string, { to: URL; until: number }>();

	/** @throws Passing as `send` does */
	async follow(asked: HttpRequest): Promise<HttpAnswer> {
		const { href } = asked.url;
		const known = this.#known.get(href);
		if (known !== undefined && known.until > Date.now()) {
			const answer = await send(redirected(asked, known.to));
			if (GOOD.has(answer.status)) return answer;
		}
		this.#known.delete(href);
		let request = asked;
		for (let followed = 0; ; followed++) {
			const answer = await send(request);
			const next = redirectOf(answer, request.url);
			if (next === null || followed === MOST) {
				if (followed > 0 && GOOD.has(answer.status))
					this.#remember(href, request.url);
				return answer;
			}
			request = redirected(request, next);
		}
	}

	#remember(href: string, to: URL): void {
		if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
		this.#known.set(href, { to, until: Date.now() + REMEMBERED });
	}
}

/** Where an answer leads to; null where it leads nowhere that is gone to. */
export function redirectOf(
	{ status, headers }: HttpAnswer,
	from: URL,
): URL | null {
	if (![301, 302, 303, 307, 308].includes(status) || !headers.location)
		return null;
	try {
		const next = new URL(headers.location, from);
		const isLess = from.protocol === "https:" && next.protocol === "http:";
		return /^https?:$/.test(next.protocol) && !isLess ? next : null;
	} catch {
		return null;
	}
}

/** The request for where it was redirected to, without what says who asks on another host. */
export function redirected(request: HttpRequest, url: URL): HttpRequest {
	if (url.origin === request.url.origin) return { ...request, url };
	const headers = Object.fromEntries(
		Object.entries(request.headers).filter(
			([name]) =>
				!/^(?:authorization|cookie|proxy-authorization|x-amz-security-token)$/i.test(
					name,
				),
		),
	);
	return { ...request, url, headers };
}
