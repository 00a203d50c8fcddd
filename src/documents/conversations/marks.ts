import type { Stretch } from "./answers.js";
import type { Answer } from "./loss.js";
import { badConversation, orSkip } from "./reasons.js";

/**
 * Checks what a template marks by `{% generation %}` against the answers that were found
 * without it. Marks may take in what the template writes before an answer, and white space
 * and EOS after it; nothing of an answer may be outside of them.
 * @param generated Pairs of the beginning and end of what is marked, in order.
 * @param headers What the template writes before each answer.
 * @throws BadInput `masks-disagree`
 */
export function checkMarks(
	text: string,
	generated: readonly number[],
	answers: readonly Answer[],
	headers: readonly Stretch[],
	eos: string | null,
): void {
	let at = 0;
	for (const [i, { message, start, end }] of answers.entries()) {
		while (at < generated.length && generated[at + 1] <= start) {
			onlySpace(generated[at], generated[at + 1]);
			at += 2;
		}
		let done = start;
		for (; at < generated.length && generated[at] < end; at += 2) {
			const [from, to] = [generated[at], generated[at + 1]];
			if (from < headers[i].start || (from > done && gap(done, from)))
				throw disagree(message);
			done = Math.max(done, to);
			if (to > end) {
				onlySpace(end, to);
				at += 2;
				break;
			}
		}
		if (done < end) throw disagree(message);
	}
	for (; at < generated.length; at += 2)
		onlySpace(generated[at], generated[at + 1]);

	function onlySpace(from: number, to: number): void {
		if (gap(from, to)) throw disagree(null);
	}

	function gap(from: number, to: number): boolean {
		const marked = text.slice(from, to);
		return (eos === null ? marked : marked.replaceAll(eos, "")).trim() !== "";
	}
}

function disagree(message: number | null): Error {
	const what =
		message === null
			? "{% generation %} of the chat template marks what no answer is"
			: `{% generation %} of the chat template does not mark what the model writes in message ${message + 1}`;
	return badConversation(
		"masks-disagree",
		`${what}, as its generation prompt tells it. Fix the template, take the marks out of it, ${orSkip()}`,
	);
}
