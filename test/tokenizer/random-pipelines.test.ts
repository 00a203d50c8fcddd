import { test } from "vitest";
import {
	Draw,
	expectSame,
	randomText,
	randomTokenizer,
} from "./random-pipelines.js";

/** Tokenizers, each with as many texts; all of them are 4,000 pairs: npm run test:everything. */
const TOKENIZERS = process.env.SEQPACK_EVERYTHING ? 200 : 50;
const TEXTS = 10;

test("components that are drawn give the ids of the Rust library, and decode as it does", async () => {
	for (let seed = 1; seed <= TOKENIZERS; seed++) {
		const draw = new Draw(seed);
		const json = randomTokenizer(draw);
		await expectSame(
			json,
			Array.from({ length: TEXTS }, () => randomText(draw)),
		);
	}
});
