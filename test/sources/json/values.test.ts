import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRecordJson } from "../../../src/sources/json/values.js";

const written = (value: unknown): string =>
	typeof value === "bigint"
		? String(value)
		: Array.isArray(value)
			? `[${value.map(written).join(", ")}]`
			: typeof value === "object" && value !== null
				? `{${Object.entries(value)
						.map(([name, each]) => `${JSON.stringify(name)}: ${written(each)}`)
						.join(", ")}}`
				: typeof value === "number" && !Number.isFinite(value)
					? String(value)
					: JSON.stringify(value);

test("whole numbers of any size come out as they are written, beside all else", () => {
	const large = fc
		.bigInt({ min: 2n ** 53n, max: 2n ** 80n })
		.chain((n) => fc.constantFrom(n, -n));
	const small = fc.oneof(
		fc.maxSafeInteger(),
		fc.double().filter((n) => !Number.isInteger(n) || Number.isSafeInteger(n)),
		fc.string({ unit: "binary" }),
		fc.constantFrom(null, true, "12345678901234567890", "i1", "NaN", '"1"'),
	);
	const { value } = fc.letrec((tie) => ({
		value: fc.oneof(
			{ maxDepth: 3 },
			large,
			small.map((each) => (Object.is(each, -0) ? 0 : each)),
			fc.array(tie("value"), { maxLength: 4 }),
			fc.dictionary(
				fc.string().filter((name) => name !== "__proto__"),
				tie("value"),
				{ maxKeys: 4 },
			),
		),
	}));
	fc.assert(
		fc.property(value, (each) => {
			expect(parseRecordJson(written(each))).toEqual(
				each !== null && typeof each === "object"
					? Array.isArray(each)
						? each
						: { ...each }
					: each,
			);
		}),
	);
});

test("a number with a fraction or an exponent is a double", () => {
	expect(parseRecordJson("[12345678901234567890.5, 1.5, 1e20]")).toEqual([
		Number("12345678901234567890.5"),
		1.5,
		1e20,
	]);
});
