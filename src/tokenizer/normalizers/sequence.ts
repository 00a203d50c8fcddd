import type { Normalizer } from "./normalizer.js";

export function sequence(
	type: string,
	normalizers: readonly Normalizer[],
): Normalizer {
	return {
		type,
		apply: (text) =>
			normalizers.reduce((so, normalizer) => normalizer.apply(so), text),
	};
}
