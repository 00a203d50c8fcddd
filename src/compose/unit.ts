import { addCounts } from "../core/counts.js";
import { InterruptedError } from "../core/errors.js";
import { countLacks, writeComposed } from "../recipes/composed.js";
import { type Draft, draftOf } from "../recipes/draft.js";
import { DraftChoice, type Drawn } from "../recipes/draw-drafts.js";
import { KeyedGroups, RunGroups } from "../recipes/group-drafts.js";
import type { KeyedGrouping, RunGrouping } from "../recipes/grouping.js";
import { hashOfText } from "../recipes/hash.js";
import { JsonWriter } from "../recipes/json-lines.js";
import {
	type NumberedStep,
	parseRecipe,
	type Recipe,
} from "../recipes/recipe.js";
import { type RunSettings, StepRunner } from "../recipes/run-steps.js";
import type { InputSpan } from "../sources/divide.js";
import {
	type Documents,
	type ReadCounts,
	readSpans,
} from "../sources/read-records.js";
import type { InputFile } from "../sources/source.js";
import { storageAt } from "../storage/storages.js";
import type { PreparedTokenizer } from "../tokenizer/from-json.js";
import { openKept } from "../tokenizer/kept-tokenizer.js";
import { gzipInto } from "./gzip.js";
import type { PlacedSpan } from "./injected.js";
import { type RecordSettings, recipeTaker, recordsIn } from "./record-taker.js";
import {
	type SpillBlock,
	type SpilledDraft,
	SpillReader,
	SpillWriter,
} from "./spill.js";

/** What all units of a call have in common, as plain data: any thread can do one of them. */
export interface ComposeContext {
	/** The recipe as its file has it, with the lists that it names. */
	recipe: unknown;
	/** What it is called in messages. */
	name: string;
	files: readonly InputFile[];
	records: RecordSettings;
	seed: number;
	onError: "stop" | "skip";
	tokenizer: PreparedTokenizer | null;
	gzip: boolean;
	/** How many files the groups are parted into before they are composed; 0: there are no keys. */
	partitions: number;
}

/** Where records of a unit come from: the input, or what was written aside of some. */
export type UnitInput =
	| { spans: readonly InputSpan[] }
	| { spills: readonly { path: string; blocks: readonly SpillBlock[] }[] };

/** A piece of work; what it gives depends on the context and itself alone. */
export interface Unit {
	/** `part` writes the records aside by their keys; `choose` looks which drafts a step chooses. */
	stage: "part" | "choose" | "compose";
	number: number;
	input: UnitInput;
	/** Of a step that chooses: places of the drafts that it has chosen. */
	chosen?: readonly string[];
}

/** What a unit came to. */
export interface UnitResult {
	/** Of what was read; empty where nothing was. */
	read: Omit<ReadCounts, "numbers">;
	/** Composed records. */
	records: number;
	/** Bytes of them, uncompressed. */
	bytes: number;
	counts: Record<string, number>;
	injected: PlacedSpan[];
	drawn: Drawn[];
	eligible: number;
}

/** What takes a unit's bytes, and is told how far it is. */
export interface UnitSink {
	/** @param partition Of what is written aside; else 0. The bytes may be reused once it has resolved. */
	write(partition: number, bytes: Uint8Array): Promise<void>;
	onProgress(bytes: number, records: number): void;
	shouldStop(): boolean;
}

/** Does units, one after the other. */
export class UnitRunner {
	readonly #context: ComposeContext;
	readonly #recipe: Recipe;
	readonly #settings: RunSettings;

	constructor(context: ComposeContext) {
		this.#context = context;
		this.#recipe = parseRecipe(context.recipe, context.name);
		const { seed, onError, tokenizer } = context;
		this.#settings = {
			...{ seed, onError },
			tokenizer: tokenizer === null ? null : openKept(tokenizer),
		};
	}

	/** @throws DataError, InterruptedError */
	async run(unit: Unit, sink: UnitSink): Promise<UnitResult> {
		const chosen = new Map((unit.chosen ?? []).map((place, i) => [place, i]));
		const work = new UnitWork(
			this.#context,
			this.#recipe,
			new StepRunner(this.#settings, chosen),
			sink,
		);
		const { choosing } = this.#recipe;
		if (unit.stage === "part") await work.part(unit.input);
		else if (unit.stage === "compose") await work.compose(unit.input);
		else
			await work.choose(
				unit.input,
				new DraftChoice(choosing as NumberedStep, this.#context.seed),
			);
		return work.result;
	}
}

class UnitWork {
	readonly result: UnitResult;
	readonly #context: ComposeContext;
	readonly #recipe: Recipe;
	readonly #runner: StepRunner;
	readonly #sink: UnitSink;

	constructor(
		context: ComposeContext,
		recipe: Recipe,
		runner: StepRunner,
		sink: UnitSink,
	) {
		this.#context = context;
		this.#recipe = recipe;
		this.#runner = runner;
		this.#sink = sink;
		this.result = {
			read: { bytes: 0, records: 0, skipped: {}, leftOut: {} },
			records: 0,
			bytes: 0,
			counts: runner.counts,
			injected: [],
			drawn: [],
			eligible: 0,
		};
	}

	async part(input: UnitInput): Promise<void> {
		const grouping = this.#recipe.grouping as KeyedGrouping;
		const { partitions } = this.#context;
		const spill = new SpillWriter(partitions, (partition, bytes) =>
			this.#sink.write(partition, bytes),
		);
		for await (const drafts of this.#alone(input, Infinity))
			for (const draft of drafts) {
				const key = this.#runner.attempt(() => grouping.keyOf(draft), null);
				if (key === null) continue;
				const partition = hashOfText(key)[1] % partitions;
				if (spill.add(partition, key, draft)) await spill.write();
			}
		await spill.finish();
	}

	async choose(input: UnitInput, choice: DraftChoice): Promise<void> {
		const { choosing } = this.#recipe;
		for await (const drafts of this.#drafts(input, choosing?.number ?? 0))
			for (const draft of drafts)
				this.#runner.attempt(() => choice.show(draft, this.#runner), undefined);
		this.result.drawn = choice.drawn();
		this.result.eligible = choice.eligible;
		// They are counted when the records are composed.
		for (const name of Object.keys(this.result.counts))
			delete this.result.counts[name];
	}

	async compose(input: UnitInput): Promise<void> {
		const lines = new JsonWriter();
		const write = (bytes: Uint8Array) => this.#sink.write(0, bytes);
		const out = this.#context.gzip
			? gzipInto(write)
			: { write, end: async () => {} };
		for await (const drafts of this.#drafts(input, Infinity)) {
			for (const draft of drafts) {
				// Those of this draft alone: it was made just now.
				const spans = this.#runner.injected.splice(0);
				const position =
					spans.length === 0 ? 0 : this.result.bytes + lines.length;
				if (!this.#runner.attempt(() => this.#write(draft, lines), false))
					continue;
				lines.json("\n");
				this.result.records++;
				for (const span of spans)
					this.result.injected.push({ ...span, position });
				if (lines.isFull) await out.write(this.#taken(lines));
			}
		}
		if (this.result.records > 0) await out.write(this.#taken(lines));
		await out.end();
		this.#sink.onProgress(0, this.result.records);
	}

	#taken(lines: JsonWriter): Buffer {
		const chunk = lines.take();
		this.result.bytes += chunk.length;
		return chunk;
	}

	#write(draft: Draft, lines: JsonWriter): boolean {
		const isWritten = writeComposed(draft, this.#recipe, lines);
		if (!isWritten) this.#runner.count("empty");
		else countLacks(draft, this.#recipe, (...of) => this.#runner.count(...of));
		return isWritten;
	}

	/** Drafts as they are composed, but for the steps from one on. */
	#drafts(input: UnitInput, until: number): AsyncGenerator<Iterable<Draft>> {
		const { grouping } = this.#recipe;
		if (grouping === null) return this.#alone(input, until);
		return grouping.kind === "keyed"
			? this.#keyed(input, grouping, until)
			: this.#runs(input, grouping, until);
	}

	#late(until: number): NumberedStep[] {
		return this.#recipe.after.filter(({ number }) => number < until);
	}

	async *#alone(
		input: UnitInput,
		until: number,
	): AsyncGenerator<Iterable<Draft>> {
		const early = this.#recipe.before.filter(({ number }) => number < until);
		for await (const batch of this.#read(input))
			yield this.#run(recordsIn(batch).map(draftOf), early);
	}

	*#run(
		drafts: Iterable<Draft>,
		steps: readonly NumberedStep[],
	): Generator<Draft> {
		for (const draft of drafts) yield* this.#runner.run(draft, steps);
	}

	async *#keyed(
		input: UnitInput,
		grouping: KeyedGrouping,
		until: number,
	): AsyncGenerator<Iterable<Draft>> {
		if (!("spills" in input)) throw new Error("groups come of what was parted");
		const groups = new KeyedGroups<SpilledDraft>(grouping, (draft) =>
			draft.read(),
		);
		const reader = new SpillReader();
		try {
			for (const { path, blocks } of input.spills) {
				const file = await storageAt(path).open(path);
				try {
					for await (const drafts of reader.read(file, blocks))
						for (const draft of drafts)
							groups.add(draft.key, draft, draft.textBytes);
				} finally {
					await file.close();
				}
				this.#stopWhereAsked();
			}
			const late = this.#late(until);
			for (const group of groups.drafts(this.#runner))
				yield this.#runner.run(group, late);
		} finally {
			reader.free();
		}
	}

	async *#runs(
		input: UnitInput,
		grouping: RunGrouping,
		until: number,
	): AsyncGenerator<Iterable<Draft>> {
		const groups = new RunGroups(grouping, this.#runner);
		const early = this.#recipe.before;
		const late = this.#late(until);
		let source: string | null = null;
		const groupsOf = function* (this: UnitWork, batch: Documents) {
			if (batch.source !== source) {
				const ended = groups.end();
				if (ended !== null) yield ended;
			}
			source = batch.source;
			for (const record of recordsIn(batch))
				for (const draft of this.#runner.run(draftOf(record), early)) {
					const group = this.#runner.attempt(() => groups.add(draft), null);
					if (group !== null) yield group;
				}
		};
		for await (const batch of this.#read(input)) {
			for (const group of groupsOf.call(this, batch))
				yield this.#runner.run(group, late);
			groups.keep();
		}
		const last = groups.end();
		if (last !== null) yield this.#runner.run(last, late);
	}

	async *#read(input: UnitInput): AsyncGenerator<Documents> {
		if (!("spans" in input)) throw new Error("records come of the input");
		const { files, records, onError } = this.#context;
		const reading = readSpans(
			input.spans.map(({ input, ...span }) => ({
				storage: storageAt(files[input].path),
				file: files[input],
				span,
			})),
			{
				taker: recipeTaker(records),
				onBadRecord: onError === "skip" ? () => {} : null,
			},
		);
		let next = await reading.next();
		try {
			for (; !next.done; next = await reading.next()) {
				this.#sink.onProgress(next.value.bytes, 0);
				yield next.value;
				this.#stopWhereAsked();
			}
		} finally {
			await reading.return([]);
		}
		for (const { numbers: _, ...counts } of next.value)
			addCounts(this.result.read, counts);
	}

	#stopWhereAsked(): void {
		if (this.#sink.shouldStop())
			throw new InterruptedError("composing was stopped.");
	}
}
