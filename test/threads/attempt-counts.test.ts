import { expect, test } from "vitest";
import { AttemptCounts } from "../../src/threads/attempt-counts.js";

test("what an attempt before has told is not told twice", () => {
	const counts = new AttemptCounts<"bytes">();
	expect(counts.add(1, { bytes: 10 })).toEqual({ bytes: 10 });
	expect(counts.add(1, { bytes: 5 })).toEqual({ bytes: 5 });
	// The second attempt comes as far as the first one, and then on.
	expect(counts.add(2, { bytes: 10 })).toEqual({ bytes: 0 });
	expect(counts.add(2, { bytes: 10 })).toEqual({ bytes: 5 });
	expect(counts.add(3, { bytes: 21 })).toEqual({ bytes: 1 });
});
