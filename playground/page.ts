import type { TokenBatch, Tokenizer } from "seqpack/tokenizer";
import { Background } from "./background.js";
import {
	changeOf,
	writeControls,
	writeExamples,
	writeOptions,
	writePower,
} from "./controls.js";
import {
	type Buckets,
	decomposed,
	examplesFor,
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
import { sentenceOf } from "./sentence.js";
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
/** Whether something that is shown is not known yet. */
let isWaiting = false;
let began = 0;

const packing = new Background("packed", update);
const comparing = new Background("compared", update);

const derive = {
	documents: memo(documentsOf),
	lengths: memo(lengthsOf),
	tokens: memo(tokenize),
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
	addEventListener("resize", update);
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
	if (document.body.dataset.state !== "busy") began = performance.now();
	document.body.dataset.state = "busy";
	queueMicrotask(() => {
		isDue = false;
		isWaiting = false;
		render();
		if (isWaiting) return;
		document.body.dataset.state = "ready";
		const took = performance.now() - began;
		byId("took").textContent = `Computed and drawn in ${took.toFixed(0)} ms.`;
	});
}

const packViews = ["packs-figures", "packs", "mask", "row-columns"];
const bucketViews = ["buckets", "buckets-figures"];
const curriculumViews = ["curriculum", "curriculum-figures"];

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
	hide(["documents-figures", "lengths-figure", "tokens"], documents === null);
	if (documents === null) {
		hide([...packViews, ...bucketViews, ...curriculumViews], true);
		for (const part of ["packs", "buckets", "curriculum"])
			write(`${part}-fault`, "");
		return;
	}
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
	if (chosen === null) {
		isWaiting = true;
		return null;
	}
	if (chosen.tokenizer === null) throw chosen.fault;
	return {
		texts,
		tokenizer: chosen.tokenizer,
		...derive.tokens(chosen.tokenizer, texts),
	};
}

const drawn = memo((_: string) => drawnLengths(state));

function renderPacks({ lengths, batch, tokenizer }: Documents): void {
	const rowLength = attempt("packs-fault", () =>
		within(state, "rowLength", "Tokens of a row", 1, 2 ** 27),
	);
	if (rowLength === null) {
		hide(packViews, true);
		return;
	}
	const { packer, longDocuments } = state;
	const texts = JSON.stringify(optionTexts(state, "packer"));
	const answer = packing.ask(lengths, rowLength, packer, longDocuments, texts);
	// Until there is one, what was shown before stands.
	if (answer === null) {
		isWaiting = true;
		return;
	}
	write("packs-fault", answer.fault ?? "");
	const packs = answer.value;
	const isEmpty = packs === null || packs.rows === 0;
	hide(packViews, isEmpty);
	if (isEmpty) return;
	const number = numberOf("row", packs.rows);
	show.packs(packs, number);
	show.row(derive.row(packs, batch, number), textsOf(tokenizer));
	renderComparison(lengths, rowLength);
}

const textsOf = memo((tokenizer: Tokenizer | null) =>
	tokenizer === null
		? null
		: (id: number) => tokenizer.decode([id]).replaceAll("\n", "⏎"),
);

function renderComparison(lengths: Int32Array, rowLength: number): void {
	if (!byId<HTMLDetailsElement>("compare").open) return;
	const answer = comparing.ask(lengths, rowLength);
	if (answer === null) {
		isWaiting = true;
		byId("compare-table").textContent = "All are being tried …";
	} else if (answer.value === null)
		byId("compare-table").textContent = answer.fault;
	else byId("compare-table").replaceChildren(comparison(answer.value));
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
	hide(bucketViews, buckets === null);
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
	hide(curriculumViews, curriculum === null);
	if (curriculum !== null)
		show.curriculum(curriculum, widthOf(byId("controls")));
}

/** How wide a picture in a section can be. */
function widthOf(form: HTMLElement): number {
	return Math.max(260, Math.min(form.clientWidth - 34, 832));
}

/** The number that a control says, from 0, or the nearest that there is; without one that in the middle. */
function numberOf(name: string, many: number): number {
	const number = Math.floor(Number(state[name]) || (many + 1) / 2);
	return Math.max(0, Math.min(number, many) - 1);
}

/** What an action gives; null where it cannot, and the sentence stands in its place. */
function attempt<T>(place: string, action: () => T): T | null {
	try {
		const value = action();
		write(place, "");
		return value;
	} catch (error) {
		write(place, sentenceOf(error));
		return null;
	}
}

/** What is announced is written when it changes only. */
function write(place: string, text: string): void {
	const element = byId(place);
	if (element.textContent !== text) element.textContent = text;
}

function hide(places: readonly string[], isHidden: boolean): void {
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
