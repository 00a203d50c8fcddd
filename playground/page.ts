import {
	SeqpackError,
	type TokenBatch,
	type Tokenizer,
} from "seqpack/tokenizer";
import {
	changeOf,
	writeControls,
	writeExamples,
	writeOptions,
	writePower,
} from "./controls.js";
import {
	type Buckets,
	compared,
	decomposed,
	examplesFor,
	type Packs,
	packed,
	planned,
	rowOf,
	tokenize,
} from "./derive.js";
import {
	documentsOf,
	drawnLengths,
	lengthsOf,
	MOST_TEXT,
	within,
} from "./documents.js";
import { byId, count, h } from "./dom.js";
import { memo } from "./memo.js";
import { labelOf } from "./options.js";
import { fromHash, initial, optionTexts, type State, toHash } from "./state.js";
import { openFile, tokenizerOf } from "./tokenizers.js";
import { showBuckets, showCurriculum } from "./views/buckets.js";
import { showDocuments } from "./views/lengths.js";
import { comparisonOf, rowAt, showPacks, showRow } from "./views/packs.js";
import { showTokens } from "./views/tokens.js";

let state: State = initial;
let sample = "";
/** What was cut off of a text that was too long. */
let tooLong = "";
let isDue = false;

const derive = {
	documents: memo(documentsOf),
	lengths: memo(lengthsOf),
	tokens: memo(tokenize),
	packs: memo(packed),
	compared: memo(compared),
	row: memo(rowOf),
	buckets: memo(decomposed),
	curriculum: memo(planned),
};
/** A view is drawn again when what it shows is another. */
const show = {
	documents: memo(showDocuments),
	tokens: memo(showTokens),
	packs: memo(showPacks),
	row: memo(showRow),
	buckets: memo(showBuckets),
	curriculum: memo(showCurriculum),
};

/** Shows what the link says, and from then on what the controls say. */
export async function openPage(): Promise<void> {
	const answer = await fetch("sample.txt");
	sample = answer.ok ? (await answer.text()).trim() : "";
	read();
	addEventListener("hashchange", read);
	byId("controls").addEventListener("submit", (event) =>
		event.preventDefault(),
	);
	byId("controls").addEventListener("input", changed);
	byId("packs").addEventListener("click", (event) => {
		const row = rowAt(event);
		if (row !== null) set({ row: String(row + 1) });
	});
	byId("compare").addEventListener("toggle", update);
	byId("copy").addEventListener("click", copyLink);
	byId("reset").addEventListener("click", () => {
		history.replaceState(null, "", location.pathname);
		read();
	});
	byId<HTMLInputElement>("tokenizer-file").addEventListener(
		"change",
		async ({ target }) => {
			const file = (target as HTMLInputElement).files?.[0];
			if (file !== undefined) await openFile(file);
			update();
		},
	);
}

function read(): void {
	if (location.hash.slice(1) === toHash(state).hash && isDue) return;
	state = { text: sample, ...fromHash(location.hash) };
	for (const place of document.querySelectorAll<HTMLElement>(".options"))
		delete place.dataset.entry;
	writeControls(state);
	update();
}

function changed(event: Event): void {
	const change = changeOf(event);
	if (change === null) return;
	const [name, value] = change;
	tooLong = name === "text" ? "" : tooLong;
	if (value.length > MOST_TEXT) {
		tooLong = `The text has ${count(value.length)} characters, and the page takes the first ${count(MOST_TEXT)} of them: for more, run seqpack build.`;
		(event.target as HTMLTextAreaElement).value = value.slice(0, MOST_TEXT);
	}
	set({ [name]: value.slice(0, MOST_TEXT) }, name);
}

/** @param from The control that the values are of, which has them. */
function set(values: State, from?: string): void {
	state = { ...state, ...values };
	if (from === undefined || from === "source") writeControls(state);
	writeOptions(state);
	writePower(state);
	const field = (byId("controls") as HTMLFormElement).elements.namedItem(
		"rowLength",
	);
	if (from === "rowLength" && document.activeElement !== field)
		(field as HTMLInputElement).value = state.rowLength;
	update();
}

function update(): void {
	if (isDue) return;
	isDue = true;
	requestAnimationFrame(() => {
		isDue = false;
		const began = performance.now();
		render();
		const took = performance.now() - began;
		byId("took").textContent = `Computed and drawn in ${took.toFixed(0)} ms.`;
		document.body.dataset.shown = String(
			Number(document.body.dataset.shown ?? 0) + 1,
		);
	});
}

interface Documents {
	lengths: Int32Array;
	texts: readonly string[] | null;
	batch: TokenBatch | null;
	tokenizer: Tokenizer | null;
}

function render(): void {
	const documents = attempt("documents-fault", readDocuments);
	if (documents !== null && tooLong !== "")
		byId("documents-fault").textContent = tooLong;
	dim(["documents-figures", "lengths-figure", "tokens"], documents === null);
	dim(
		[
			"packs-figures",
			"packs",
			"mask",
			"row-columns",
			"buckets",
			"buckets-figures",
			"curriculum",
			"curriculum-figures",
		],
		documents === null,
	);
	if (documents === null) return;
	const { lengths, texts, batch, tokenizer } = documents;
	show.documents(lengths, texts === null ? null : charactersOf(texts));
	if (texts !== null && batch !== null && tokenizer !== null) {
		const document = numberOf("document", texts.length);
		show.tokens(tokenizer, batch, texts[document], document);
	}
	renderPacks(documents);
	renderBuckets(lengths);
	const { hash } = toHash(withoutSample(state));
	history.replaceState(null, "", hash === "" ? location.pathname : `#${hash}`);
}

const charactersOf = memo((texts: readonly string[]) =>
	texts.reduce((sum, text) => sum + text.length, 0),
);

/** Null while something is fetched. */
function readDocuments(): Documents | null {
	const none = { texts: null, batch: null, tokenizer: null };
	if (state.source === "drawn")
		return {
			...none,
			lengths: drawn(
				JSON.stringify([state.count, state.median, state.spread, state.seed]),
			),
		};
	if (state.source === "lengths")
		return { ...none, lengths: derive.lengths(state.lengths) };
	const texts = derive.documents(state.text);
	const chosen = tokenizerOf(state.tokenizer, update);
	if (chosen === null) return null;
	if (chosen.tokenizer === null) throw chosen.fault;
	return {
		texts,
		tokenizer: chosen.tokenizer,
		...derive.tokens(chosen.tokenizer, texts),
	};
}

const drawn = memo((_: string) => drawnLengths(state));

function renderPacks({ lengths, batch, tokenizer }: Documents): void {
	const texts = JSON.stringify(optionTexts(state, "packer"));
	const packs = attempt("packs-fault", () =>
		derive.packs(
			lengths,
			within(state, "rowLength", "Tokens of a row", 1, 2 ** 27),
			state.packer,
			state.longDocuments,
			texts,
		),
	);
	const isEmpty = packs === null || packs.rows === 0;
	dim(["packs-figures", "packs", "mask", "row-columns"], isEmpty);
	if (packs === null || isEmpty) return;
	const number = numberOf("row", packs.rows);
	show.packs(packs, number);
	show.row(derive.row(packs, batch, number), textsOf(tokenizer));
	renderComparison(lengths, packs);
}

const textsOf = memo((tokenizer: Tokenizer | null) =>
	tokenizer === null
		? null
		: (id: number) => tokenizer.decode([id]).replaceAll("\n", "⏎"),
);

function renderComparison(lengths: Int32Array, { rowLength }: Packs): void {
	if (!byId<HTMLDetailsElement>("compare").open) return;
	byId("compare-table").replaceChildren(
		comparison(derive.compared(lengths, rowLength)),
	);
}

const comparison = memo(comparisonOf);

function renderBuckets(lengths: Int32Array): void {
	const buckets = attempt("buckets-fault", () =>
		derive.buckets(
			lengths,
			state.decomposer,
			JSON.stringify(optionTexts(state, "decomposer")),
		),
	);
	dim(["buckets", "buckets-figures"], buckets === null);
	if (buckets !== null) show.buckets(buckets);
	renderCurriculum(buckets);
}

function renderCurriculum(buckets: Buckets | null): void {
	if (buckets !== null)
		state = writeExamples("schedule", examplesFor(buckets), state);
	const curriculum = attempt("curriculum-fault", () =>
		buckets === null
			? null
			: derive.curriculum(
					buckets,
					state.tokensPerStep
						? within(state, "tokensPerStep", "Tokens of a step", 1, 2 ** 40)
						: 0,
					state.schedule,
					within(state, "cycles", "Cycles", 1, 2 ** 20),
					JSON.stringify(optionTexts(state, "schedule")),
				),
	);
	dim(["curriculum", "curriculum-figures"], curriculum === null);
	if (curriculum !== null) show.curriculum(curriculum);
}

/** The number that a control says, from 0, or the nearest that there is. */
function numberOf(name: string, many: number): number {
	const number = Math.floor(Number(state[name])) || 1;
	return Math.max(0, Math.min(number, many) - 1);
}

/** What an action gives; null where it cannot, and the sentence stands in its place. */
function attempt<T>(place: string, action: () => T): T | null {
	try {
		const value = action();
		write(place, "");
		return value;
	} catch (error) {
		if (!(error instanceof SeqpackError)) throw error;
		const sentence = error.sentence((option, value) =>
			value === undefined ? labelOf(option) : `${labelOf(option)} ${value}`,
		);
		write(place, sentence[0].toUpperCase() + sentence.slice(1));
		return null;
	}
}

/** What is announced is written when it changes only. */
function write(place: string, text: string): void {
	const element = byId(place);
	if (element.textContent !== text) element.textContent = text;
}

function dim(places: readonly string[], isHidden: boolean): void {
	for (const place of places) byId(place).classList.toggle("gone", isHidden);
}

function withoutSample(whole: State): State {
	const { text, ...others } = whole;
	return text === sample ? others : whole;
}

async function copyLink(): Promise<void> {
	const { isWhole } = toHash(withoutSample(state));
	const note = byId("link-note");
	try {
		await navigator.clipboard.writeText(location.href);
		note.textContent = isWhole
			? "Copied."
			: "Copied. The text or the tokenizer's file is not in the link.";
	} catch {
		note.replaceChildren(
			"Copy it from here: ",
			h("input", { value: location.href, "aria-label": "Link", readonly: "" }),
		);
	}
}
