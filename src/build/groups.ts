import { DataError } from "../core/errors.js";
import { rangesNeeded, type Task, type TaskRange } from "./tasks-of-plan.js";

/** Tasks that one job does. Its number, the rank of the job, is its place in the list of all groups. */
export interface Group {
	/** In ascending order. */
	tasks: number[];
	/** What it needs that is not its own is in groups of earlier waves. */
	wave: number;
}

/** Tasks of a job, where nothing is said of it: as many as a repack task packs the leftovers of. */
export const TASKS_PER_JOB = 64;

/**
 * Divides the tasks of a plan among jobs. Tasks that read and the one that packs what
 * they leave are in one group, and so are tasks that must follow one another, so that
 * most plans have one wave: all jobs can run at once.
 * Depends on nothing but the two arguments, so that every process finds the same groups.
 * @param tasksPerJob Tasks of a group, those that pack what others leave not counted; more
 * only where they must be together.
 */
export function groupsOf(
	{ tasks }: { tasks: readonly Task[] },
	tasksPerJob = TASKS_PER_JOB,
): Group[] {
	const pieces = piecesOf(tasks);
	const waves = wavesOf(tasks, pieces);
	const groups: Group[] = [];
	const lastWave = waves.reduce((most, wave) => Math.max(most, wave), 0);
	for (let wave = 0; wave <= lastWave; wave++) {
		let last: Group | null = null;
		let room = 0;
		for (const [i, piece] of pieces.entries()) {
			if (waves[i] !== wave) continue;
			const size = piece.filter((task) => tasks[task].kind !== "repack").length;
			if (last === null || size > room) {
				last = { tasks: [], wave };
				room = tasksPerJob;
				groups.push(last);
			}
			last.tasks.push(...piece);
			room -= size;
		}
	}
	for (const group of groups) group.tasks.sort((a, b) => a - b);
	return groups;
}

/** Tasks that must be in one group, in the order of their first. */
function piecesOf(tasks: readonly Task[]): number[][] {
	const above = Int32Array.from(tasks.keys());
	const find = (task: number): number => {
		let top = task;
		while (above[top] !== top) {
			above[top] = above[above[top]];
			top = above[top];
		}
		return top;
	};
	// The first task of a piece stands for it.
	const join = (a: number, b: number) => {
		const [first, second] = [find(a), find(b)].sort((x, y) => x - y);
		above[second] = first;
	};
	for (const [number, task] of tasks.entries()) {
		if (task.kind === "repack")
			for (let other = task.from; other < task.to; other++) join(number, other);
		if (task.kind === "read" && task.after !== undefined)
			join(number, task.after);
	}
	const pieces = new Map<number, number[]>();
	for (const number of tasks.keys()) {
		const first = find(number);
		const piece = pieces.get(first);
		if (piece === undefined) pieces.set(first, [number]);
		else piece.push(number);
	}
	return [...pieces.values()];
}

/** Stands for a wave that is being looked for. */
const LOOKED_FOR = -1;

/**
 * Of each piece, its wave: one after the last of those that it needs something of.
 * @throws DataError `bad-plan` where tasks need each other
 */
function wavesOf(
	tasks: readonly Task[],
	pieces: readonly (readonly number[])[],
): number[] {
	const pieceOf = new Int32Array(tasks.length);
	for (const [i, piece] of pieces.entries())
		for (const task of piece) pieceOf[task] = i;
	/** One after the last wave of the tasks of a range, which many tasks may need. */
	const after = new Map<string, number>();
	const waves: (number | undefined)[] = pieces.map(() => undefined);
	const waveAfter = ({ from, to }: TaskRange): number => {
		const key = `${from} ${to}`;
		let wave = after.get(key) ?? 0;
		if (wave > 0) return wave;
		for (const piece of new Set(pieceOf.subarray(from, to)))
			wave = Math.max(wave, waveOf(piece) + 1);
		after.set(key, wave);
		return wave;
	};
	const waveOf = (piece: number): number => {
		let wave = waves[piece];
		if (wave === LOOKED_FOR)
			throw new DataError(
				"bad-plan",
				"the plan of the build has tasks that wait for each other: it was changed. Plan again.",
			);
		if (wave !== undefined) return wave;
		waves[piece] = LOOKED_FOR;
		wave = 0;
		// A range is of this piece, or of others.
		for (const task of pieces[piece])
			for (const range of rangesNeeded(tasks[task]))
				if (pieceOf[range.from] !== piece)
					wave = Math.max(wave, waveAfter(range));
		waves[piece] = wave;
		return wave;
	};
	return pieces.map((_, piece) => waveOf(piece));
}
