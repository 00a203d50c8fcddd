import { toForm } from "./forms.js";
import type { ReadNormalizer } from "./normalizer.js";

export const nfc: ReadNormalizer = ({ type }) => ({
	type,
	kernel: "NFC",
	apply: (text) => toForm("NFC", text),
});
