import type { Random } from "../core/random.js";
import { packedWindow } from "../dataset/rows.js";
import { droppedTokens, packDocuments } from "../pack/pack-documents.js";
import type {
	Output,
	OutputContext,
	OutputFiles,
	WindowDocuments,
	WindowResult,
} from "./output.js";
import { packOptionsOf } from "./pack-options.js";
import { remainderPath } from "./paths.js";
import { remainderTasks } from "./plan.js";
import { Remainder } from "./remainder.js";
import { RowWriter } from "./row-writer.js";
import { ShardSeries } from "./shard-series.js";
import { StagedFile } from "./staged-file.js";

/** The layout `packed`: sequences of several documents share a row. */
export class PackedOutput implements Output {
	readonly #context: OutputContext;
	readonly #series: ShardSeries;
	readonly #rooms: Float64Array;
	readonly #rows: RowWriter;
	readonly #remainder: Remainder;

	constructor(context: OutputContext) {
		const { storage, out, plan, task, totals } = context;
		const { settings } = plan;
		this.#context = context;
		this.#series = new ShardSeries(storage, out, task, settings);
		this.#rooms = new Float64Array(settings.seqLen + 1);
		this.#rows = new RowWriter(settings, this.#series, totals, this.#rooms);
		this.#remainder = new Remainder(
			settings,
			new StagedFile(storage, out, remainderPath(task)),
			remainderTasks(plan) > 0,
		);
	}

	get writeTime(): number {
		return this.#series.writeTime;
	}

	async write(
		{ documents, lengths, firstDocument }: WindowDocuments,
		random: Random,
	): Promise<WindowResult> {
		const { plan, task } = this.#context;
		const { seqLen } = plan.settings;
		const options = packOptionsOf(plan.settings);
		const { pieces, packing } = packDocuments(lengths, seqLen, options);
		const window = packedWindow({
			documents,
			pieces,
			packing,
			task,
			firstDocument,
		});
		const packs = this.#remainder.take(window);
		const places = await this.#rows.write(window, packs, random);
		const dropped = droppedTokens(lengths, pieces, options, seqLen);
		return {
			pieces,
			places,
			dropped: dropped.tokens,
			reason: dropped.reason,
		};
	}

	async finish(): Promise<OutputFiles> {
		await this.#series.finish();
		return {
			shards: this.#series.shards,
			remainder: await this.#remainder.finish(),
			rooms: this.#rooms,
		};
	}

	async abort(): Promise<void> {
		await this.#series.abort();
		await this.#remainder.abort();
	}
}
