import { DataError } from "../core/errors.js";
import { openListedAtRandom } from "../dataset/listed-file.js";
import {
	LANE_BATCH_ROWS,
	type LaneDocument,
	lanesSchema,
	type PlanLanes,
} from "../plan/lanes-file.js";
import type { RandomAccessFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { eachOf } from "../storage/when-read.js";
import { ArrowRows, newRowPlace } from "../tables/arrow-rows.js";

/** Windows that are kept: as many as a step is of, within these. Near a border it is of two, within long documents of more. */
const FEWEST_KEPT = 4;
const MOST_KEPT = 64;

/** Finds what lanes of a plan read at a step: any step, in any order. */
export class LanesReader {
	readonly #lanes: PlanLanes;
	readonly #file: RandomAccessFile;
	readonly #rows: ArrowRows;
	/** The first row of each window, and the end of the steps of it and those before. */
	readonly #firstRows: number[] = [];
	readonly #ends: number[] = [];
	/** Windows that were read, the one used last at the end. */
	readonly #windows = new Map<number, Window>();
	/** What each lane read last. */
	readonly #current = new Map<number, LaneDocument>();

	/**
	 * @param directory Of the plan.
	 * @throws NotYetRead
	 */
	constructor(directory: string, lanes: PlanLanes) {
		const path = `${directory}/${lanes.path}`;
		this.#lanes = lanes;
		this.#file = openListedAtRandom(
			storageAt(path),
			path,
			"The plan",
			"make it again with seqpack curriculum",
		);
		this.#rows = new ArrowRows(
			this.#file,
			lanesSchema,
			lanes.rows,
			LANE_BATCH_ROWS,
			(why) =>
				new DataError(
					"bad-plan",
					`${path} cannot be read: ${why}. Make the plan again with seqpack curriculum.`,
				),
		);
		this.#rows.open();
		let row = 0;
		let end = 0;
		for (const { rows, endStep } of lanes.windows) {
			this.#firstRows.push(row);
			row += rows;
			end = Math.max(end, endStep);
			this.#ends.push(end);
		}
	}

	/**
	 * The document that each of `count` lanes reads at a step, from one lane on; null where it
	 * has no more.
	 * @throws NotYetRead
	 */
	at(step: number, first: number, count: number): (LaneDocument | null)[] {
		const lanes = Array.from({ length: count }, (_, i) => first + i);
		const isKnown = (lane: number) => {
			const known = this.#current.get(lane);
			return known !== undefined && this.#isRead(known, step);
		};
		const others = lanes.filter((lane) => !isKnown(lane));
		if (others.length > 0) {
			const numbers = this.#windowsOf(step);
			eachOf(numbers.length, (i) => {
				const window = this.#window(numbers[i], numbers.length);
				for (const lane of others) {
					const at = lastUpTo(window, lane, step);
					if (at === -1) continue;
					const last = documentAt(window, at);
					if (this.#isRead(last, step)) this.#current.set(lane, last);
				}
			});
		}
		return lanes.map((lane) =>
			isKnown(lane) ? (this.#current.get(lane) ?? null) : null,
		);
	}

	close(): void {
		this.#file.close?.();
	}

	#isRead({ firstStep, tokens }: LaneDocument, step: number): boolean {
		const chunks = Math.ceil(tokens / this.#lanes.chunk);
		return firstStep <= step && step < firstStep + chunks;
	}

	/** Those of which some lane may read a document at a step. */
	#windowsOf(step: number): number[] {
		const { windows } = this.#lanes;
		let low = 0;
		let high = windows.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#ends[middle] <= step) low = middle + 1;
			else high = middle;
		}
		const numbers: number[] = [];
		for (let i = low; i < windows.length && windows[i].firstStep <= step; i++)
			if (windows[i].endStep > step) numbers.push(i);
		return numbers;
	}

	/** @param kept How many windows are wanted at a time. */
	#window(number: number, kept: number): Window {
		const window = this.#windows.get(number) ?? this.#readWindow(number);
		this.#windows.delete(number);
		this.#windows.set(number, window);
		const most = Math.min(MOST_KEPT, Math.max(FEWEST_KEPT, kept));
		for (const oldest of this.#windows.keys()) {
			if (this.#windows.size <= most) break;
			this.#windows.delete(oldest);
		}
		return window;
	}

	#readWindow(number: number): Window {
		const { rows } = this.#lanes.windows[number];
		const first = this.#firstRows[number];
		const numbers = () => new Int32Array(rows);
		const window: Window = {
			lane: numbers(),
			first_step: numbers(),
			dataset: numbers(),
			tokens: numbers(),
			prefix_length: numbers(),
			row: new BigInt64Array(rows),
		};
		const columns = Object.entries(window);
		for (let done = 0; done < rows; ) {
			const place = this.#rows.find(first + done, newRowPlace());
			const to = Math.min(rows, done + place.batch.rows - place.row);
			const from = done;
			eachOf(columns.length, (i) => {
				const [name, values] = columns[i];
				this.#rows.readNumbers(name, place, values.subarray(from, to));
			});
			done = to;
		}
		return window;
	}
}

/** The columns of the rows of a window. */
interface Window {
	lane: Int32Array;
	first_step: Int32Array;
	dataset: Int32Array;
	tokens: Int32Array;
	prefix_length: Int32Array;
	row: BigInt64Array;
}

/** The last row of a lane whose first step is no later than one; -1 where there is none. */
function lastUpTo(window: Window, lane: number, step: number): number {
	let low = 0;
	let high = window.lane.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		const of = window.lane[middle];
		const isBefore =
			of < lane || (of === lane && window.first_step[middle] <= step);
		if (isBefore) low = middle + 1;
		else high = middle;
	}
	return low > 0 && window.lane[low - 1] === lane ? low - 1 : -1;
}

function documentAt(window: Window, at: number): LaneDocument {
	return {
		lane: window.lane[at],
		firstStep: window.first_step[at],
		dataset: window.dataset[at],
		tokens: window.tokens[at],
		prefixLength: window.prefix_length[at],
		row: Number(window.row[at]),
	};
}
