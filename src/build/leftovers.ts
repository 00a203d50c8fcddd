import { Int32Buffer, Int64Buffer } from "../core/buffers.js";
import { IntListsBuilder } from "../core/int-lists.js";
import { type TokenBatch, TokenBatchBuilder } from "../core/token-batch.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { numberOfDocument, taskOfDocument } from "../dataset/rows.js";
import type { Settings } from "../dataset/settings.js";
import { areGivenWeights } from "../masks/loss-weights.js";
import { eachFact, factNames } from "../masks/sequence-facts.js";
import type { Packing } from "../pack/packing.js";
import { arrow } from "../tables/arrow.js";
import { columnOf, type Schema } from "../tables/columns.js";
import type { Sequences } from "./cut-window.js";
import { fileOf, readLeft } from "./left-files.js";
import type { Workspace } from "./workspace.js";

/**
 * Tokens that a task leaves to others of each bucket, at most: those of 64 tasks fill a
 * window of the usual size. And the packs of a window, of which one is left.
 */
const MOST_TOKENS = 2 ** 20;
const PACKS_PER_LEFT_ONE = 4;
/** A pack with less room than this share of a row stays. */
const LEAST_ROOM = 1 / 1024;

/** A row a sequence that is left over. @param facts Their names. */
const leftoversSchema = (facts: readonly string[]): Schema => [
	/** The place of its bucket in the settings. */
	{ name: "bucket", type: "int32" },
	/** Its document, and its first token there. */
	{ name: "doc_id", type: "int64" },
	{ name: "start", type: "int32" },
	...facts.map((name) => ({ name: ofFact(name), type: "int32" as const })),
	{ name: "length", type: "int32" },
	/** Its tokens; empty in an index. */
	{ name: "ids", type: "list<int32>" },
	/** 1 for each token that is to be trained on; empty where all are. */
	{ name: "trained", type: "list<int32>" },
	/** The weight of each token; empty where none is given. */
	{ name: "weights", type: "list<float32>" },
	/** The tokens of it that its sides but for the first begin at. */
	{ name: "sides", type: "list<int32>" },
];

/** The name of a fact's column, which no other column has. */
const ofFact = (name: string) => `fact_${name}`;

/** Sequences, and which of them share a row. */
export type PackedSequences = Omit<Sequences, "buckets"> & {
	packing: Packing;
};

/**
 * The sequences of a task's emptiest packs. They are packed once more, together with
 * those of other tasks, so that it is not every task that has a row half empty.
 */
export class Leftovers {
	readonly #tokens: LeftTokens;
	readonly #buckets = new Int32Buffer();
	readonly #docIds = new Int64Buffer();
	readonly #starts = new Int32Buffer();
	readonly #factNames: readonly string[];
	readonly #facts: Record<string, Int32Buffer>;
	readonly #sides = new IntListsBuilder();
	/** Packs taken of each bucket. */
	readonly #packs: Int32Array;

	constructor(buckets: number, settings: TokenSettings) {
		this.#factNames = factNames(settings);
		this.#facts = eachFact(this.#factNames, () => new Int32Buffer());
		this.#packs = new Int32Array(buckets);
		this.#tokens = new LeftTokens(1024, settings);
	}

	/**
	 * Takes the emptiest packs of a bucket's window, and returns the others, in their
	 * order.
	 * @param rooms Room that each sequence takes; `capacity` of a pack.
	 */
	take(
		bucket: number,
		window: PackedSequences,
		rooms: Int32Array,
		capacity: number,
	): Int32Array {
		const { order, packOffsets } = window.packing;
		const packs = packOffsets.length - 1;
		const free = new Float64Array(packs).fill(capacity);
		for (let pack = 0; pack < packs; pack++)
			for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++)
				free[pack] -= rooms[order[at]];
		const most = Math.min(
			Math.max(1, Math.floor(MOST_TOKENS / capacity)) - this.#packs[bucket],
			Math.ceil(packs / PACKS_PER_LEFT_ONE) + 1,
		);
		const taken = new Set(
			[...free.keys()]
				.filter((pack) => free[pack] > capacity * LEAST_ROOM)
				.sort((a, b) => free[b] - free[a] || a - b)
				.slice(0, Math.max(0, most)),
		);
		this.#packs[bucket] += taken.size;
		for (const pack of taken) this.#add(bucket, window, pack);
		return Int32Array.from(free.keys()).filter((pack) => !taken.has(pack));
	}

	#add(
		bucket: number,
		{ documents, doc, facts, pieces, sides, packing }: PackedSequences,
		pack: number,
	): void {
		const { order, packOffsets } = packing;
		for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
			const piece = order[at];
			const document = pieces.document[piece];
			const from = documents.offsets[document] + pieces.start[piece];
			this.#buckets.push(bucket);
			this.#docIds.push(doc.task[document], doc.number[document]);
			this.#starts.push(doc.start[document] + pieces.start[piece]);
			for (const name of this.#factNames)
				this.#facts[name].push(facts[name][piece]);
			if (sides !== null) this.#sides.addLists(sides, document, document + 1);
			else this.#sides.endList();
			const to = from + pieces.length[piece];
			this.#tokens.add(
				pieces.length[piece],
				documents.ids.subarray(from, to),
				documents.lossMask?.subarray(from, to),
				documents.lossWeights?.subarray(from, to),
			);
		}
	}

	/** Writes what was taken; null where nothing was. */
	async write(workspace: Workspace, task: number): Promise<DatasetFile | null> {
		const { documents, lengths } = this.#tokens.view();
		const lists = lengths.length;
		if (lists === 0) return null;
		const path = workspace.leftovers(task);
		const file = await workspace.create(path);
		try {
			const writer = arrow.write(file, leftoversSchema(this.#factNames), {
				compression: "none",
				batchRows: lists,
				metadata: new Map(),
			});
			const { ids, offsets, lossMask, lossWeights } = documents;
			const none = new Int32Array(lists + 1);
			await writer.write({
				rows: lists,
				columns: {
					bucket: { type: "int32", values: this.#buckets.view() },
					doc_id: { type: "int64", values: this.#docIds.view() },
					start: { type: "int32", values: this.#starts.view() },
					...Object.fromEntries(
						this.#factNames.map((name) => [
							ofFact(name),
							{ type: "int32" as const, values: this.#facts[name].view() },
						]),
					),
					length: { type: "int32", values: lengths },
					ids: {
						type: "list<int32>",
						values: ids,
						offsets: ids.length > 0 ? offsets : none,
					},
					trained: {
						type: "list<int32>",
						values: Int32Array.from(lossMask ?? []),
						offsets: lossMask ? offsets : none,
					},
					weights: {
						type: "list<float32>",
						values: lossWeights ?? new Float32Array(0),
						offsets: lossWeights ? offsets : none,
					},
					sides: { type: "list<int32>", ...this.#sides.view() },
				},
			});
			await writer.close();
		} catch (error) {
			await file.abort();
			throw error;
		}
		this.#tokens.free();
		return { path, ...(await file.commit()) };
	}
}

/** What of the settings says which tokens are kept of sequences. */
type TokenSettings = Pick<Settings, "isMasked" | "isIndex" | "carry"> &
	Partial<Pick<Settings, "lossWeight">>;

/** Lists of tokens; of an index their lengths, and what is to be trained on. */
class LeftTokens {
	readonly #tokens: TokenBatchBuilder;
	readonly #lengths = new Int32Buffer();
	readonly #isIndex: boolean;

	constructor(
		capacity: number,
		{ isMasked, lossWeight = null, isIndex = false }: TokenSettings,
	) {
		this.#tokens = new TokenBatchBuilder(
			isIndex ? 0 : capacity,
			isMasked,
			areGivenWeights(lossWeight),
		);
		this.#isIndex = isIndex;
	}

	add(
		length: number,
		ids: ArrayLike<number>,
		lossMask: ArrayLike<number> = [],
		lossWeights: ArrayLike<number> = [],
	): void {
		const { offsets } = this.#tokens;
		if (!this.#isIndex) this.#tokens.ids.append(ids);
		this.#tokens.lossMask?.append(lossMask);
		this.#tokens.lossWeights?.append(lossWeights);
		this.#lengths.push(length);
		offsets.push(offsets.array[offsets.length - 1] + length);
	}

	view(): { documents: TokenBatch; lengths: Int32Array } {
		return { documents: this.#tokens.view(), lengths: this.#lengths.view() };
	}

	get count(): number {
		const { offsets } = this.#tokens;
		return offsets.array[offsets.length - 1];
	}

	clear(): void {
		this.#tokens.clear();
		this.#lengths.length = 0;
	}

	free(): void {
		this.#tokens.free();
	}
}

/** Gathers what tasks left, as sequences that are to be packed. */
export class LeftoversReader {
	readonly #tokens: LeftTokens;
	readonly #buckets = new Int32Buffer();
	readonly #tasks = new Int32Buffer();
	readonly #numbers = new Int32Buffer();
	readonly #starts = new Int32Buffer();
	readonly #factNames: readonly string[];
	readonly #facts: Record<string, Int32Buffer>;
	readonly #sides = new IntListsBuilder();

	constructor(settings: TokenSettings) {
		this.#tokens = new LeftTokens(1024, settings);
		this.#factNames = factNames(settings);
		this.#facts = eachFact(this.#factNames, () => new Int32Buffer());
	}

	/** How many tokens are gathered. */
	get tokens(): number {
		return this.#tokens.count;
	}

	/** Forgets what is gathered: no sequences may be in use. */
	clear(): void {
		this.#tokens.clear();
		for (const buffer of [
			this.#buckets,
			this.#tasks,
			this.#numbers,
			this.#starts,
			...Object.values(this.#facts),
		])
			buffer.length = 0;
		this.#sides.clear();
	}

	/**
	 * Adds what a task left.
	 * @throws EnvironmentError `left-changed` where it is not what its record says
	 */
	async add(
		workspace: Workspace,
		task: number,
		written: DatasetFile,
	): Promise<void> {
		const path = workspace.leftovers(task);
		const left = await readLeft(workspace, task, path, written);
		const schema = leftoversSchema(this.#factNames);
		for await (const batch of arrow.read(fileOf(left), left.length, schema)) {
			const { values, offsets } = columnOf(batch, "ids", "list<int32>");
			const trained = columnOf(batch, "trained", "list<int32>");
			const weights = columnOf(batch, "weights", "list<float32>");
			const lengths = columnOf(batch, "length", "int32").values;
			const docIds = columnOf(batch, "doc_id", "int64").values;
			this.#buckets.append(columnOf(batch, "bucket", "int32").values);
			this.#starts.append(columnOf(batch, "start", "int32").values);
			for (const name of this.#factNames)
				this.#facts[name].append(columnOf(batch, ofFact(name), "int32").values);
			const sides = columnOf(batch, "sides", "list<int32>");
			this.#sides.addLists(sides, 0, batch.rows);
			for (let i = 0; i < batch.rows; i++) {
				this.#tokens.add(
					lengths[i],
					values.subarray(offsets[i], offsets[i + 1]),
					trained.values.subarray(trained.offsets[i], trained.offsets[i + 1]),
					weights.values.subarray(weights.offsets[i], weights.offsets[i + 1]),
				);
				this.#tasks.push(taskOfDocument(docIds[i]));
				this.#numbers.push(numberOfDocument(docIds[i]) | 0);
			}
		}
	}

	/** The sequences: each a piece that is a whole list of tokens. */
	sequences(): Sequences {
		const { documents, lengths: length } = this.#tokens.view();
		const count = length.length;
		return {
			documents,
			doc: {
				task: this.#tasks.view(),
				number: this.#numbers.view(),
				start: this.#starts.view(),
			},
			facts: eachFact(this.#factNames, (name) => this.#facts[name].view()),
			pieces: {
				document: Int32Array.from(length.keys()),
				start: new Int32Array(count),
				length,
			},
			buckets: this.#buckets.view(),
			sides: this.#sides.view(),
		};
	}
}
