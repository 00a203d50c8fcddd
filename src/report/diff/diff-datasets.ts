import { sum } from "../../core/arithmetic.js";
import { inParallel } from "../../core/in-parallel.js";
import { faultOfSize } from "../../dataset/file-fault.js";
import { unreadable } from "../../dataset/listed-file.js";
import { datasetOf } from "../../dataset/open-dataset.js";
import { readManifest } from "../../dataset/read-manifest.js";
import { documentId } from "../../dataset/rows.js";
import { LANES } from "../../storage/lanes.js";
import { storageAt } from "../../storage/storages.js";
import { findDocuments } from "../trace/find-documents.js";
import {
	type ComparedDocuments,
	compareDocuments,
	type DocumentPlace,
} from "./compare-documents.js";
import { compareRows } from "./compare-rows.js";
import { differingFiles, differingValues } from "./differing-values.js";
import type { Diffing } from "./diffing.js";
import { DocumentPieces } from "./document-pieces.js";
import { documentsOf, spillFor, writeDocuments } from "./document-records.js";
import { ROW_WIDTH, writeRows } from "./read-rows.js";
import type {
	DiffResult,
	DocumentDifference,
	DocumentDifferences,
	Listed,
	RowDifferences,
} from "./result.js";
import { firstRows } from "./row-sides.js";
import { openSide, type Side, saysDocuments } from "./side.js";
import { partitionsFor, Spill } from "./spill.js";

/** Compares two datasets, stores or packings. */
export async function diffDatasets(
	directoryA: string,
	directoryB: string,
	diffing: Diffing,
): Promise<Omit<DiffResult, "a" | "b">> {
	const a = await openSide(directoryA);
	const b = await openSide(directoryB);
	const { limit } = diffing;
	const settings = differingValues(settingsOf(a), settingsOf(b), limit);
	const said = {
		kind: "dataset" as const,
		settings,
		inputs: differingFiles(inputsOf(a), inputsOf(b), limit),
		files: { count: 0, list: [] },
		totals: differingValues(totalsOf(a), totalsOf(b), Infinity).list,
		steps: null,
	};
	if (areOne(a, b)) {
		await requireWhole(a);
		await requireWhole(b);
		return {
			...said,
			...{ same: true, byHash: true, documents: null, rows: null, notes: [] },
		};
	}
	const comparison = new DatasetComparison(a, b, diffing);
	const { documents, rows } = await comparison.run();
	const same =
		settings.count === 0 &&
		said.inputs.count === 0 &&
		said.totals.length === 0 &&
		areSame(documents) &&
		rows.equal === Math.max(rows.a, rows.b) &&
		rows.moved === 0;
	return {
		...said,
		...{ same, byHash: false, documents, rows, notes: comparison.notes },
	};
}

function areSame({ a, b, same, moved }: DocumentDifferences): boolean {
	return same === a && same === b && moved === 0;
}

function settingsOf({ manifest }: Side) {
	const { settings, onError, tokenizer, store } = manifest;
	return {
		...settings,
		onError,
		tokenizer: tokenizer.fingerprint,
		vocabSize: tokenizer.vocabSize,
		...(store && { store: store.planHash }),
	};
}

function inputsOf({ owner }: Side) {
	return owner.manifest.inputs.map(({ source, bytes, fingerprint, of }) => ({
		name: of == null ? source : `${of}: ${source}`,
		bytes,
		hash: fingerprint,
	}));
}

function totalsOf({ manifest }: Side) {
	const { totals, summary, shards } = manifest;
	const { documents, textBytes, textTokens, specialTokens } = totals;
	return {
		records: totals.records,
		...{ documents, textBytes, textTokens, specialTokens },
		...{ rows: summary.rows, sequences: summary.sequences },
		...{ tokensInRows: summary.tokens, labels: summary.labels },
		dropped: sum(Object.values(totals.dropped).map(({ tokens }) => tokens)),
		fill: summary.fill,
		shards: shards.length,
	};
}

/** Whether two are the same plan, with the same shards and index. */
function areOne(a: Side, b: Side): boolean {
	const hashesOf = (side: Side) =>
		filesOf(side)
			.map(({ path, bytes, sha256 }) => `${sha256} ${bytes} ${path}`)
			.join("\n");
	return (
		a.manifest.planHash === b.manifest.planHash && hashesOf(a) === hashesOf(b)
	);
}

/** The shards and the index, with the directory of each. */
function filesOf({ directory, manifest, owner }: Side) {
	const { shards, index } = manifest;
	return [
		...[...shards, ...index].map((file) => ({ ...file, directory })),
		...(owner.manifest === manifest ? [] : owner.manifest.shards).map(
			(file) => ({ ...file, directory: owner.directory }),
		),
	];
}

/**
 * Files that are not read are there, with their sizes.
 * @throws DataError `bad-shard`
 */
async function requireWhole(side: Side): Promise<void> {
	await inParallel(filesOf(side), LANES, async ({ directory, ...file }) => {
		const fault = await faultOfSize(storageAt(directory), directory, file);
		if (fault !== null) throw unreadable(`${directory}/${file.path}`, fault);
	});
}

/** Reads both sides, and compares what they hold. */
class DatasetComparison {
	readonly notes: string[] = [];
	readonly #a: Side;
	readonly #b: Side;
	readonly #diffing: Diffing;

	constructor(a: Side, b: Side, diffing: Diffing) {
		this.#a = a;
		this.#b = b;
		this.#diffing = diffing;
	}

	async run(): Promise<{
		documents: DocumentDifferences;
		rows: RowDifferences;
	}> {
		const sides = [this.#a, this.#b];
		const rows = sides.map(({ manifest }) => manifest.summary.rows);
		const partitions = partitionsFor(Math.max(...rows), ROW_WIDTH);
		const spills = sides.map(() => new Spill(partitions));
		const pieces = this.#hasPieces
			? sides.map((side) => new DocumentPieces(side))
			: [];
		const hasMasks = this.#hasMasks();
		try {
			for (const [i, side] of sides.entries()) {
				await writeRows(
					side,
					hasMasks,
					spills[i],
					side.store === null ? (pieces[i] ?? null) : null,
					(count) => this.#diffing.onRows(count),
				);
				await spills[i].finish();
				if (side.store !== null) await this.#readStore(side, pieces[i]);
				await pieces[i]?.finish();
			}
			return {
				documents: await this.#documents(pieces),
				rows: await this.#rows(spills[0], spills[1]),
			};
		} finally {
			for (const spill of [...spills, ...pieces]) await spill.remove();
		}
	}

	/** Whether the tokens of documents can be compared. */
	get #hasPieces(): boolean {
		return (
			this.#hasOneTokenizer &&
			!this.#hasOneStore &&
			saysDocuments(this.#a) &&
			saysDocuments(this.#b)
		);
	}

	get #hasOneTokenizer(): boolean {
		const [a, b] = [this.#a.manifest.tokenizer, this.#b.manifest.tokenizer];
		return a.fingerprint === b.fingerprint;
	}

	/** Whether both have their documents of one store, in one state. */
	get #hasOneStore(): boolean {
		const [a, b] = [this.#a.owner.manifest, this.#b.owner.manifest];
		const hashes = ({ shards, index }: typeof a) =>
			[...shards, ...index].map(({ sha256 }) => sha256).join();
		return a.planHash === b.planHash && hashes(a) === hashes(b);
	}

	#hasMasks(): boolean {
		const [a, b] = [this.#a, this.#b].map(
			({ manifest }) => manifest.settings.isMasked,
		);
		if (a !== b)
			this.notes.push(
				"One of the two says what is trained on, and the other does not: rows are compared without that.",
			);
		return a && b;
	}

	async #readStore(
		{ store }: Side,
		pieces: DocumentPieces | undefined,
	): Promise<void> {
		if (store === null || pieces === undefined) return;
		const { directory, manifest } = store;
		// Of a store to which documents were added since, what was there before.
		const whole = { ...(await readManifest(directory)), ...manifest };
		for await (const batch of datasetOf(directory, whole).rows()) {
			await pieces.add(batch);
			this.#diffing.onRows(0);
		}
	}

	async #documents(pieces: DocumentPieces[]): Promise<DocumentDifferences> {
		const [a, b] = [this.#a, this.#b];
		const counts = { a: documentsOf(a), b: documentsOf(b) };
		if (this.#hasOneStore) {
			const none = { count: 0, list: [] };
			return {
				...counts,
				...{ by: "tokens", same: counts.a, moved: 0, inPart: 0 },
				...{ changed: none, added: none, gone: none },
			};
		}
		const by = this.#by(pieces);
		const most = Math.max(counts.a, counts.b);
		const spills = [spillFor(most), spillFor(most)];
		try {
			for (const [i, side] of [a, b].entries()) {
				const own = pieces[i] ?? null;
				await writeDocuments(side, own, by !== "places", spills[i]);
				await spills[i].finish();
			}
			const found = await compareDocuments(
				spills[0],
				spills[1],
				most,
				this.#diffing,
			);
			return { ...counts, by, ...(await this.#named(found)) };
		} finally {
			for (const spill of spills) await spill.remove();
		}
	}

	#by(pieces: readonly DocumentPieces[]): DocumentDifferences["by"] {
		if (!this.#hasOneTokenizer) {
			this.notes.push(
				"The two have different tokenizers: documents are told apart by their ids, or their places in the input, and what is in them is not compared.",
			);
			return "places";
		}
		if (pieces.length > 0) return "tokens";
		this.notes.push(
			"Rows do not say of which documents their tokens are: documents are compared by their ids and lengths alone.",
		);
		return "lengths";
	}

	async #named(found: ComparedDocuments) {
		const { same, moved, inPart } = found;
		const [a, b] = [this.#a, this.#b];
		const changed = found.changed.listed;
		const inB = await this.#find(
			b,
			changed.list.map((pair) => pair.b),
		);
		const hasTokens = this.#hasOneTokenizer;
		const tokensOf = (place: DocumentPlace) =>
			hasTokens ? place.tokens : null;
		if (inPart > 0)
			this.notes.push(
				"Of some documents rows have a part alone, or a part twice: those of one length count as the same.",
			);
		const alone = async (
			side: Side,
			{ count, list }: Listed<DocumentPlace>,
			isA: boolean,
		): Promise<Listed<DocumentDifference>> => {
			const known = await this.#find(side, list);
			return {
				count,
				list: list.map((place, i) => ({
					...known[i],
					a: isA ? tokensOf(place) : null,
					b: isA ? null : tokensOf(place),
				})),
			};
		};
		return {
			...{ same, moved, inPart },
			changed: {
				count: changed.count,
				list: changed.list.map((pair, i) => ({
					...inB[i],
					a: tokensOf(pair.a),
					b: tokensOf(pair.b),
				})),
			},
			added: await alone(b, found.added.listed, false),
			gone: await alone(a, found.gone.listed, true),
		};
	}

	/** What the index says of documents. */
	async #find({ owner }: Side, places: readonly DocumentPlace[]) {
		const ids = places.map(({ task, number }) => documentId(task, number));
		const found = await findDocuments(owner, ids);
		return ids.map((key) => {
			const known = found.get(key);
			return {
				id: known?.id ?? null,
				source: known?.source ?? "",
				position: known?.position ?? 0,
			};
		});
	}

	async #rows(spillA: Spill, spillB: Spill): Promise<RowDifferences> {
		const { limit } = this.#diffing;
		const found = await compareRows(spillA, spillB, this.#diffing);
		const { equal, moved, firstMoved, onlyA, onlyB } = found;
		return {
			a: this.#a.manifest.summary.rows,
			b: this.#b.manifest.summary.rows,
			...{ equal, moved, firstMoved },
			onlyA: onlyA.listed.count,
			onlyB: onlyB.listed.count,
			first: await firstRows(this.#a, this.#b, found, limit),
		};
	}
}
