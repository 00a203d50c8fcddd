import fc from "fast-check";
import { expect, test } from "vitest";
import { MarksBuilder } from "../../src/documents/marks-builder.js";
import { expectNumbers } from "../helpers.js";

test("places of UTF-16 become bytes of UTF-8", () => {
	const text = fc.string({ unit: "binary", maxLength: 20 });
	fc.assert(
		fc.property(
			fc.array(text),
			fc.infiniteStream(fc.nat()),
			(texts, places) => {
				const builder = new MarksBuilder();
				const due: number[] = [];
				for (const text of texts) {
					const characters = Array.from(text);
					const [start, end] = [0, 0]
						.map(() => places.next().value % (characters.length + 1))
						.sort((a, b) => a - b)
						.map((count) => characters.slice(0, count).join(""));
					builder.add(
						text,
						Buffer.byteLength(text),
						Int32Array.of(start.length, end.length),
						Int32Array.of(end.length),
						Int32Array.of(start.length),
						Int32Array.of(start.length, end.length),
					);
					due.push(Buffer.byteLength(start), Buffer.byteLength(end));
				}
				const { trained, turns, sides, said } = builder.view();
				expectNumbers(trained.values, due);
				expectNumbers(said?.values ?? [], due);
				expectNumbers(
					turns?.values ?? [],
					due.filter((_, i) => i % 2 === 1),
				);
				expectNumbers(
					sides?.values ?? [],
					due.filter((_, i) => i % 2 === 0),
				);
				expect(turns?.offsets).toHaveLength(texts.length + 1);
			},
		),
	);
});
