import { firstAfter, type Normalizer } from "./normalizer.js";

export function sequence(
	type: string,
	normalizers: readonly Normalizer[],
): Normalizer {
	return {
		type,
		parts: normalizers,
		firstAfter(text, first) {
			let so = text;
			let at = first;
			for (const normalizer of normalizers) {
				if (so === "") return -1;
				at = firstAfter(normalizer, so, at);
				so = normalizer.apply(so);
			}
			return at;
		},
		apply: (text) =>
			normalizers.reduce((so, normalizer) => normalizer.apply(so), text),
	};
}
