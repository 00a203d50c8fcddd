import type { Plan } from "../build/plan.js";
import type { TaskRecord } from "../build/record.js";
import { sum } from "../core/arithmetic.js";
import { Int32Buffer } from "../core/buffers.js";
import { addCounts } from "../core/counts.js";
import { emptyTotals, type Totals } from "../dataset/totals.js";
import { columnOf } from "../tables/columns.js";
import {
	alongWith,
	byRatio,
	type Estimate,
	exactly,
	times,
	total,
} from "./estimates.js";
import { readIndex } from "./read-index.js";
import type { SampleRun } from "./run-sample.js";
import type { Stratum } from "./sample.js";

type Pick = (record: TaskRecord) => number;

/** What the tasks of a sample counted, scaled to the whole build. */
export class Scaled {
	/** Over all tasks of the sample, not scaled. */
	readonly sums: Totals = emptyTotals();
	readonly #run: SampleRun;
	readonly #isWhole: boolean;
	/** By stratum: how often the dataset has what the input has once. */
	readonly #factors: number[];

	/** @param isWhole Whether the sample is the build itself. */
	constructor(run: SampleRun, { settings }: Plan, isWhole: boolean) {
		this.#run = run;
		this.#isWhole = isWhole;
		for (const { totals } of run.records.values()) addCounts(this.sums, totals);
		const documents = run.strata.map(
			(stratum) =>
				this.#inStratum(stratum, ({ totals }) => totals.documents).value,
		);
		this.#factors = run.strata.map(({ source, repeat }) => {
			const { limit } = settings.sources[source];
			if (limit === null || isWhole) return repeat;
			const there = documents.filter((_, i) => run.strata[i].source === source);
			return repeat * Math.min(1, limit / Math.max(1, sum(there)));
		});
	}

	/** What the tasks that read count, of one source or of all. */
	read(pick: Pick, source: number | null = null): Estimate {
		const { strata } = this.#run;
		const own = [...strata.keys()].filter(
			(i) => source === null || strata[i].source === source,
		);
		return total(
			own.map((i) => times(this.#inStratum(strata[i], pick), this.#factors[i])),
		);
	}

	/**
	 * What all tasks count of rows. Of how far the tasks that read agree comes the error:
	 * what they leave to be packed together is nobody's.
	 */
	rows(pick: Pick): Estimate {
		const { records, strata } = this.#run;
		if (this.#isWhole) return exactly(sum([...records.values()].map(pick)));
		const repacked = strata.map((stratum, i) => {
			const { repack } = stratum;
			const value = repack === null ? 0 : this.#of(repack, pick);
			return value * share(stratum) * this.#factors[i];
		});
		const read = this.read(pick);
		return alongWith(read.value + sum(repacked), read);
	}

	/** Seconds of one thread that builds everything. */
	seconds({ tasks, settings }: Plan): number {
		const { times, strata } = this.#run;
		const all = (task: number | null) =>
			sum(Object.values((task !== null && times.get(task)) || {}));
		if (this.#isWhole) return sum([...times.keys()].map(all)) / 1000;
		const isReadTwice = tasks.some(({ kind }) => kind === "hash");
		return (
			sum(
				strata.map((stratum, i) => {
					const { parts, repack } = stratum;
					const once = sum(parts.map(({ task }) => all(task))) + all(repack);
					const reading = sum(
						parts.map(({ task }) => times.get(task)?.read ?? 0),
					);
					// What is not taken any more is not read.
					const { repeat } = settings.sources[stratum.source];
					const more = isReadTwice ? (reading * this.#factors[i]) / repeat : 0;
					return share(stratum) * (once * this.#factors[i] + more);
				}),
			) / 1000
		);
	}

	/** Tokens of the sample's documents, and how many documents each stands for. */
	async lengths(): Promise<{ lengths: Int32Buffer; weight: number }[]> {
		const { strata, workspace, records } = this.#run;
		const groups: { lengths: Int32Buffer; weight: number }[] = [];
		for (const [i, stratum] of strata.entries()) {
			const lengths = new Int32Buffer();
			for (const { task } of stratum.parts) {
				const index = records.get(task)?.index ?? null;
				for await (const batch of readIndex(workspace, index))
					lengths.append(columnOf(batch, "tokens", "int32").values);
			}
			groups.push({ lengths, weight: share(stratum) * this.#factors[i] });
		}
		return groups;
	}

	/** For what its inputs hold once. */
	#inStratum({ parts, bytes, isWhole }: Stratum, pick: Pick): Estimate {
		const measured = parts.map((part) => ({
			size: part.bytes,
			value: this.#of(part.task, pick),
		}));
		return isWhole
			? exactly(sum(measured.map(({ value }) => value)))
			: byRatio(measured, bytes);
	}

	#of(task: number, pick: Pick): number {
		const record = this.#run.records.get(task);
		return record === undefined ? 0 : pick(record);
	}
}

/** How many times larger a stratum is than its sample. */
function share({ parts, bytes, isWhole }: Stratum): number {
	return isWhole ? 1 : bytes / sum(parts.map((part) => part.bytes));
}
