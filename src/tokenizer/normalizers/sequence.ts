import { keepsBeginning, type Normalizer } from "./normalizer.js";

export function sequence(
	type: string,
	normalizers: readonly Normalizer[],
): Normalizer {
	return {
		type,
		parts: normalizers,
		keepsBeginning(text) {
			let so = text;
			for (const normalizer of normalizers) {
				if (so === "" || !keepsBeginning(normalizer, so)) return false;
				so = normalizer.apply(so);
			}
			return true;
		},
		apply: (text) =>
			normalizers.reduce((so, normalizer) => normalizer.apply(so), text),
	};
}
