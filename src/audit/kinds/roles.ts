/** A row while its columns are read. */
export class Draft {
	/** What is wrong with the row; null: nothing yet. */
	fault: string | null = null;
	/** Where padding ends and begins, as columns say it. */
	from = 0;
	to: number;
	/** As columns say them: the first token of each sequence, and the end of the last. */
	borders: Int32Array | null = null;
	#bordersColumn = "";
	trained: Uint8Array | null = null;
	isMask = false;
	isAnswerMask = false;
	labels: Int32Array | null = null;
	lostLabels = 0;
	/** Whether a trainer passes over the borders. */
	hidesBorders = false;

	constructor(readonly ids: Int32Array) {
		this.to = ids.length;
	}

	setBorders(borders: number[], column: string): void {
		const last = borders.length - 1;
		const isRising = borders.every((at, i) => i === 0 || at >= borders[i - 1]);
		if (borders[0] !== 0 || !isRising || borders[last] !== this.ids.length)
			this.fault ??= `${column} says that its sequences are from token ${borders[0]} to ${borders[last]}${isRising ? "" : ", out of order"}, and it has ${this.ids.length} tokens`;
		const before = this.borders;
		if (before === null) {
			this.borders = Int32Array.from(borders);
			this.#bordersColumn = column;
		} else if (
			before.length !== borders.length ||
			before.some((at, i) => at !== borders[i])
		)
			this.fault ??= `${this.#bordersColumn} has ${before.length - 1} sequences and ${column} ${borders.length - 1}, or they begin at other places`;
	}

	/** A token is a label where all columns say so. */
	train(trained: Uint8Array): void {
		this.trained = this.trained?.map((is, i) => is & trained[i]) ?? trained;
	}

	/** Whether a column is as long as the tokens. */
	fits(numbers: Int32Array, column: string): boolean {
		if (numbers.length === this.ids.length) return true;
		this.fault ??= `${column} has ${numbers.length} numbers, and the row ${this.ids.length} tokens`;
		return false;
	}
}

/** What a column of a table says of a row. */
export type Role = (draft: Draft, numbers: Int32Array, column: string) => void;

/** Tokens of each sequence. */
export const lengths: Role = (draft, numbers, column) => {
	const borders = [0];
	for (const length of numbers)
		borders.push(borders[borders.length - 1] + length);
	draft.setBorders(borders, column);
};

/** The first token of each sequence. */
export const starts: Role = (draft, numbers, column) =>
	draft.setBorders([...numbers, draft.ids.length], column);

/** The place of each token in its sequence: one begins wherever they do not go on. */
export const positions: Role = (draft, numbers, column) => {
	if (!draft.fits(numbers, column)) return;
	const borders: number[] = [];
	for (let i = 0; i < numbers.length; i++)
		if (i === 0 || numbers[i] !== numbers[i - 1] + 1) borders.push(i);
	draft.setBorders([...borders, numbers.length], column);
};

/** 0 for padding; other numbers may tell sequences apart. */
export const attention: Role = (draft, numbers, column) => {
	if (!draft.fits(numbers, column)) return;
	const first = numbers.findIndex((number) => number !== 0);
	draft.from = first === -1 ? 0 : first;
	draft.to = first === -1 ? 0 : numbers.findLastIndex((n) => n !== 0) + 1;
};

/** The same for trainers that look at no borders beside it. */
export const hidingAttention: Role = (draft, numbers, column) => {
	attention(draft, numbers, column);
	draft.hidesBorders = true;
};

/** What comes out for each token, without a shift; -100 where nothing is asked. */
export const labels: Role = (draft, numbers, column) => {
	if (!draft.fits(numbers, column)) return;
	draft.labels = numbers;
	draft.train(Uint8Array.from(numbers, (label) => (label === -100 ? 0 : 1)));
};

/** Not 0 for each token that is a label. */
export const mask: Role = (draft, numbers, column) => {
	if (!draft.fits(numbers, column)) return;
	draft.isMask = true;
	draft.train(Uint8Array.from(numbers, (is) => (is === 0 ? 0 : 1)));
};

/** The same, of answers: prompts have 0. */
export const answerMask: Role = (draft, numbers, column) => {
	mask(draft, numbers, column);
	draft.isAnswerMask = true;
};

/** The same with a shift: for each token the label of the next. Borders come before it. */
export const shiftedLabels: Role = (draft, numbers, column) =>
	shiftedMask(
		draft,
		numbers.map((label) => Number(label !== -100)),
		column,
	);

/** Not 0 for each token after which comes a label: at the end of a sequence none does. Borders come before it. */
export const shiftedMask: Role = (draft, numbers, column) => {
	if (!draft.fits(numbers, column)) return;
	draft.isMask = true;
	const { borders } = draft;
	const ends = borders ?? Int32Array.of(0, numbers.length);
	const trained = new Uint8Array(numbers.length);
	for (let s = 0; s + 1 < ends.length; s++) {
		const [start, end] = [ends[s], ends[s + 1]];
		for (let i = start; i + 1 < end; i++)
			if (numbers[i] !== 0) trained[i + 1] = 1;
		if (end > start && numbers[end - 1] !== 0) draft.lostLabels++;
	}
	draft.train(trained);
};
