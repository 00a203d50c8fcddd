import { sum } from "../core/arithmetic.js";

/** A number as far as a sample tells it. */
export interface Estimate {
	value: number;
	/** It is most likely (19 times in 20) not further off than this; 0: it is exact; null: not known. */
	error: number | null;
}

/** What was measured of some part, and how large the part is. */
export interface Measured {
	size: number;
	value: number;
}

export function exactly(value: number): Estimate {
	return { value, error: 0 };
}

/** Student's t of 1, 2, ... degrees of freedom, at 95 %. */
const T = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36];

/**
 * The value of a whole of `size`, from parts of it of about one size: by the ratio of values to sizes
 * (Cochran, Sampling Techniques, 6.3).
 */
export function byRatio(parts: readonly Measured[], size: number): Estimate {
	const n = parts.length;
	const sampled = sum(parts.map((part) => part.size));
	if (sampled === 0) return { value: 0, error: size === 0 ? 0 : null };
	const ratio = sum(parts.map(({ value }) => value)) / sampled;
	const value = ratio * size;
	if (n === 1) return { value, error: null };
	const squares = parts.map((part) => (part.value - ratio * part.size) ** 2);
	const left = Math.max(0, 1 - sampled / size);
	const variance = (left * sum(squares)) / (n * (n - 1));
	const scale = (size * n) / sampled;
	const t = T[Math.min(n - 1, T.length) - 1];
	return { value, error: t * scale * Math.sqrt(variance) };
}

/** The sum of estimates whose errors have nothing to do with each other. */
export function total(estimates: readonly Estimate[]): Estimate {
	const errors = estimates.map(({ error }) => error);
	return {
		value: sum(estimates.map(({ value }) => value)),
		error: errors.includes(null)
			? null
			: Math.hypot(...errors.map((error) => error ?? 0)),
	};
}

export function times({ value, error }: Estimate, factor: number): Estimate {
	return {
		value: value * factor,
		error: error === null ? null : error * factor,
	};
}

/** A value that is as far off as another one, of which it is made. */
export function alongWith(value: number, other: Estimate): Estimate {
	if (value === other.value) return other;
	if (other.error === null || other.value === 0) return { value, error: null };
	return { value, error: (value * other.error) / other.value };
}
