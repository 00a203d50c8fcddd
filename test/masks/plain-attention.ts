/**
 * A small language model in plain arithmetic, with gradients: token and position embeddings, two
 * layers of masked attention with two heads and a nonlinear part, and logits. Numbers are doubles.
 */

/** A number that knows what it is made of. */
class Value {
	gradient = 0;

	constructor(
		readonly number: number,
		readonly of: readonly (readonly [value: Value, slope: number])[] = [],
	) {}
}

const constant = (number: number) => new Value(number);

function sumOf(values: readonly Value[]): Value {
	return new Value(
		values.reduce((total, { number }) => total + number, 0),
		values.map((value) => [value, 1]),
	);
}

function dot(a: readonly Value[], b: readonly Value[]): Value {
	return new Value(
		a.reduce((total, { number }, i) => total + number * b[i].number, 0),
		a.flatMap((value, i) => [
			[value, b[i].number] as const,
			[b[i], value.number] as const,
		]),
	);
}

function tanh(value: Value): Value {
	const number = Math.tanh(value.number);
	return new Value(number, [[value, 1 - number * number]]);
}

/** log(sum(exp(values))). */
function logSum(values: readonly Value[]): Value {
	const most = Math.max(...values.map(({ number }) => number));
	const parts = values.map(({ number }) => Math.exp(number - most));
	const total = parts.reduce((a, b) => a + b, 0);
	return new Value(
		most + Math.log(total),
		values.map((value, i) => [value, parts[i] / total]),
	);
}

function softmax(values: readonly Value[]): Value[] {
	const whole = logSum(values);
	return values.map((value) => {
		const number = Math.exp(value.number - whole.number);
		return new Value(number, [
			[value, number],
			[whole, -number],
		]);
	});
}

/** Sets the gradient of every value that a result is made of. */
function backward(result: Value): void {
	const order: Value[] = [];
	const seen = new Set<Value>();
	const waiting: [Value, number][] = [[result, 0]];
	seen.add(result);
	while (waiting.length > 0) {
		const top = waiting[waiting.length - 1];
		const [value, next] = top;
		if (next === value.of.length) {
			order.push(value);
			waiting.pop();
			continue;
		}
		top[1]++;
		const [below] = value.of[next];
		if (!seen.has(below)) {
			seen.add(below);
			waiting.push([below, 0]);
		}
	}
	result.gradient = 1;
	for (const value of order.reverse())
		for (const [below, slope] of value.of)
			below.gradient += slope * value.gradient;
}

type Matrix = Value[][];

interface Layer {
	query: Matrix;
	key: Matrix;
	value: Matrix;
	out: Matrix;
	up: Matrix;
	down: Matrix;
}

const WIDTH = 4;
const HEADS = 2;

export class PlainModel {
	readonly #parameters: Value[] = [];
	readonly #tokens: Matrix;
	readonly #positions: Matrix;
	readonly #layers: Layer[];
	readonly #logits: Matrix;

	/** @param random Gives numbers from 0 to 1, which parameters are made of. */
	constructor(vocabulary: number, positions: number, random: () => number) {
		const matrix = (rows: number, columns: number): Matrix =>
			Array.from({ length: rows }, () =>
				Array.from({ length: columns }, () => {
					const value = new Value(2 * random() - 1);
					this.#parameters.push(value);
					return value;
				}),
			);
		this.#tokens = matrix(vocabulary, WIDTH);
		this.#positions = matrix(positions, WIDTH);
		this.#layers = Array.from({ length: 2 }, () => ({
			query: matrix(WIDTH, WIDTH),
			key: matrix(WIDTH, WIDTH),
			value: matrix(WIDTH, WIDTH),
			out: matrix(WIDTH, WIDTH),
			up: matrix(WIDTH, WIDTH),
			down: matrix(WIDTH, WIDTH),
		}));
		this.#logits = matrix(vocabulary, WIDTH);
	}

	/** @param sees Whether a token sees another, by their places. */
	logits(
		ids: ArrayLike<number>,
		positions: ArrayLike<number>,
		sees: (query: number, key: number) => boolean,
	): Matrix {
		let hidden = Array.from(ids, (id, i) =>
			this.#tokens[id].map((value, w) =>
				sumOf([value, this.#positions[positions[i]][w]]),
			),
		);
		for (const layer of this.#layers) hidden = this.#layer(layer, hidden, sees);
		return hidden.map((state) => times(this.#logits, state));
	}

	#layer(
		layer: Layer,
		hidden: Matrix,
		sees: (query: number, key: number) => boolean,
	): Matrix {
		const queries = hidden.map((state) => times(layer.query, state));
		const keys = hidden.map((state) => times(layer.key, state));
		const values = hidden.map((state) => times(layer.value, state));
		const size = WIDTH / HEADS;
		return hidden.map((state, i) => {
			const seen = [...hidden.keys()].filter((j) => sees(i, j));
			const heads = Array.from({ length: HEADS }, (_, head) => {
				const part = (of: readonly Value[]) =>
					of.slice(head * size, (head + 1) * size);
				const scale = constant(1 / Math.sqrt(size));
				const weights = softmax(
					seen.map((j) => dot([dot(part(queries[i]), part(keys[j]))], [scale])),
				);
				return Array.from({ length: size }, (_, w) =>
					dot(
						weights,
						seen.map((j) => part(values[j])[w]),
					),
				);
			});
			const mixed = times(layer.out, heads.flat());
			const after = state.map((value, w) => sumOf([value, mixed[w]]));
			const up = times(layer.up, after).map(tanh);
			const down = times(layer.down, up);
			return after.map((value, w) => sumOf([value, down[w]]));
		});
	}

	/**
	 * The weighted mean of losses, and its gradient by each parameter.
	 * @param targets Logits, the token that they are to predict, and what that counts.
	 */
	loss(
		targets: readonly {
			logits: readonly Value[];
			id: number;
			weight: number;
		}[],
	): { loss: number; gradients: number[] } {
		const all = targets.reduce((total, { weight }) => total + weight, 0);
		const loss = dot(
			targets.map(({ logits, id }) =>
				dot([logSum(logits), logits[id]], [constant(1), constant(-1)]),
			),
			targets.map(({ weight }) => constant(weight / all)),
		);
		for (const value of this.#parameters) value.gradient = 0;
		backward(loss);
		return {
			loss: loss.number,
			gradients: this.#parameters.map(({ gradient }) => gradient),
		};
	}
}

function times(matrix: Matrix, vector: readonly Value[]): Value[] {
	return matrix.map((row) => dot(row, vector));
}
