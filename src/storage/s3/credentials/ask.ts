import { EnvironmentError } from "../../../core/errors.js";
import { hideSecret } from "../../../core/secrets.js";
import { PATIENCE, Passing, persist } from "../../http/persist.js";
import { type HttpAnswer, type HttpRequest, send } from "../../http/send.js";
import { throwIfBusy } from "../../http/status.js";

export type Question = Pick<HttpRequest, "url" | "body"> & {
	method?: string;
	headers?: Readonly<Record<string, string>>;
	/** Whether an answer says in its body that the same may work later. */
	isPassing?: (answer: HttpAnswer) => boolean;
};

/** Bytes of an answer. */
const MOST = 1 << 20;
/** Milliseconds without a byte. */
const IDLE = 10_000;
const TRIES = 5;

/**
 * Asks a service that gives credentials until it answers, whatever the answer.
 * @param what Where credentials come from, in words.
 * @throws EnvironmentError `cannot-reach`
 */
export function ask(
	what: string,
	{ method = "GET", headers = {}, isPassing, ...request }: Question,
): Promise<HttpAnswer> {
	for (const [name, value] of Object.entries(headers))
		if (/token$|^authorization$/i.test(name)) hideSecret(value);
	return persist(
		async () => {
			const answer = await send({
				...request,
				method,
				headers,
				idle: IDLE,
				most: MOST,
			});
			throwIfBusy(answer, request.url);
			if (isPassing?.(answer))
				throw new Passing(`${request.url.host} has too much to do`, {
					isBusy: true,
				});
			return answer;
		},
		(last, tries) =>
			new EnvironmentError(
				"cannot-reach",
				`cannot have credentials of ${what}: ${last.message}. It was tried ${tries} times; run the same again later.`,
			),
		{ ...PATIENCE, tries: TRIES },
	);
}
