import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { randomBelow } from "../../src/core/random.js";
import { verify } from "../../src/report/verify/verify.js";
import { casesOf, randomOf, seed } from "../cases.js";
import { filesBelow, sharedDirectory } from "../helpers.js";
import { makeSubjects } from "./subjects.js";

const directory = sharedDirectory();
let subjects: Map<string, string>;
/** All files of all subjects. */
let files: { subject: string; directory: string; path: string }[];

beforeAll(async () => {
	subjects = await makeSubjects(directory);
	files = [...subjects].flatMap(([subject, directory]) =>
		filesBelow(directory).map((path) => ({ subject, directory, path })),
	);
}, 120_000);

/** What verify says of a directory: its sentences, or that of its error. */
async function saidOf(directory: string): Promise<string> {
	return verify(directory, { mostProblems: 1000 }).then(
		({ problems }) => problems.join("\n"),
		(error) => error.message,
	);
}

test("all is sound as it was written", async () => {
	for (const [subject, directory] of subjects)
		expect([subject, await saidOf(directory)]).toEqual([subject, ""]);
});

test("a flipped bit is found, and the file that it is in is named", async () => {
	const count = casesOf({ daily: 60 });
	for (let number = 0; number < count; number++) {
		const random = randomOf("flips", number);
		const { subject, directory, path } =
			files[randomBelow(random, files.length)];
		const place = join(directory, path);
		const sound = readFileSync(place);
		if (sound.length === 0) continue;
		const bit = randomBelow(random, 8 * sound.length);
		const flipped = Buffer.from(sound);
		flipped[bit >> 3] ^= 1 << (bit & 7);
		writeFileSync(place, flipped);
		const said = await saidOf(directory);
		writeFileSync(place, sound);
		const which = `case ${number} of seed ${seed}: bit ${bit} of ${path} of ${subject}`;
		expect([which, said.includes(path)]).toEqual([which, true]);
	}
}, 3_600_000);
