import fc from "fast-check";
import { expect, test } from "vitest";
import { Int32Buffer } from "../../src/core/buffers.js";
import {
	ADDED_BOS,
	ADDED_EOS,
	encodeText,
} from "../../src/documents/encode-text.js";
import { idsInText } from "./ids-in-text.js";

function encode(text: string, bos: number | null, eos: number | null) {
	const out = new Int32Buffer();
	out.append([50, 51]);
	const encoder = { tokenizer: idsInText, bos, eos };
	const added = encodeText(new TextEncoder().encode(text), encoder, out);
	return { ids: [...out.view()], added };
}

test("BOS and EOS stand around each text that has tokens, and once only", () => {
	const special = fc.option(fc.integer({ min: 0, max: 3 }));
	const text = fc.array(fc.integer({ min: 0, max: 5 }));
	fc.assert(
		fc.property(text, special, special, (ids, bos, eos) => {
			const expected = [...ids];
			let added = 0;
			if (ids.length > 0 && bos !== null && ids[0] !== bos) {
				expected.unshift(bos);
				added |= ADDED_BOS;
			}
			if (ids.length > 0 && eos !== null && expected.at(-1) !== eos) {
				expected.push(eos);
				added |= ADDED_EOS;
			}
			expect(encode(ids.join(" "), bos, eos)).toEqual({
				ids: [50, 51, ...expected],
				added,
			});
		}),
	);
});
