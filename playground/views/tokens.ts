import type { TokenBatch, Tokenizer } from "seqpack/tokenizer";
import { byId, colourClass, count, h } from "../dom.js";

/** Tokens of a document that are shown. */
const MOST_SHOWN = 1500;

interface Shown {
	id: number;
	text: string;
	place: string;
}

/** Shows the tokens of a document, and says of the one that is looked at what it is. */
export function showTokens(
	tokenizer: Tokenizer,
	{ ids, offsets }: TokenBatch,
	text: string,
	document: number,
): void {
	const own = ids.slice(offsets[document], offsets[document + 1]);
	const shown = tokensOf(tokenizer, text, own);
	const list = byId("tokens");
	list.replaceChildren(
		...shown.map(({ text }, i) =>
			h(
				"span",
				{
					class: `token ${colourClass(i)}`,
					role: "option",
					id: `token-${i}`,
					"aria-selected": "false",
				},
				text,
			),
		),
	);
	if (own.length > shown.length)
		list.append(
			h(
				"span",
				{ class: "note" },
				` … and ${count(own.length - shown.length)} more`,
			),
		);
	const facts = byId("token-facts");
	facts.textContent = `${count(own.length)} tokens. Point at one, or go with the arrow keys.`;
	let current = -1;
	const choose = (i: number, follow: boolean) => {
		if (shown[i] === undefined) return;
		list.children[current]?.setAttribute("aria-selected", "false");
		current = i;
		const chosen = list.children[i];
		chosen.setAttribute("aria-selected", "true");
		list.setAttribute("aria-activedescendant", chosen.id);
		if (follow) chosen.scrollIntoView({ block: "nearest" });
		facts.textContent = `Token ${i + 1} of ${count(own.length)}: id ${shown[i].id}, “${shown[i].text}”${shown[i].place}`;
	};
	list.onpointerover = ({ target }) => {
		const [, i] = /^token-(\d+)$/.exec((target as Element).id) ?? [];
		if (i !== undefined) choose(Number(i), false);
	};
	list.onfocus = () => choose(Math.max(0, current), false);
	list.onkeydown = (event) => {
		const steps: Record<string, number> = {
			ArrowRight: 1,
			ArrowDown: 1,
			ArrowLeft: -1,
			ArrowUp: -1,
		};
		const step = steps[event.key];
		if (step === undefined) return;
		event.preventDefault();
		choose(current + step, true);
	};
}

/** The first tokens of a text, each with what it stands for. */
function tokensOf(
	tokenizer: Tokenizer,
	text: string,
	all: Int32Array,
): Shown[] {
	const utf8 = new TextEncoder().encode(text);
	const ends = tokenizer.tokenEnds(utf8, all);
	const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	return Array.from(all.subarray(0, MOST_SHOWN), (id, i) => {
		if (ends === null)
			return { id, text: visible(tokenizer.decode([id])), place: "" };
		const first = i === 0 ? 0 : ends[i - 1];
		const bytes = utf8.subarray(first, ends[i]);
		const read = decoder.decode(bytes);
		return {
			id,
			text: read.includes("\ufffd") ? hexOf(bytes) : visible(read),
			place: `, bytes ${first} to ${ends[i]}`,
		};
	});
}

/** A part of a character, as its bytes. */
function hexOf(bytes: Uint8Array): string {
	return `‹${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}›`;
}

function visible(text: string): string {
	return text.replaceAll("\n", "⏎\n").replaceAll("\t", "⇥\t");
}
