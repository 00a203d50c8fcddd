import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { randomBelow } from "../../src/core/random.js";
import { casesOf, randomOf } from "../cases.js";
import {
	seqpack,
	sharedDirectory,
	startSeqpack,
	tokenizerPath,
} from "../helpers.js";
import { FakeS3 } from "../storage/s3/fake-s3.js";
import { type Inputs, isAsDue, successOf, writeInputs } from "./commands.js";

const directory = sharedDirectory();
let inputs: Inputs;

/** Commands that write to a bucket. */
const uploads: [string, (out: string) => string[]][] = [
	[
		"build",
		(out) => [
			...["build", "s3://bucket/in/lines.jsonl", "--tokenizer", tokenizerPath],
			...["--seq-len", "128", "--on-error", "skip", "--task-size", "4000"],
			...["--workers", "2", "--out", out],
		],
	],
	["export", (out) => ["export", inputs.packed, "--to", "mds", "--out", out]],
	[
		"curriculum",
		(out) => [
			...[
				"curriculum",
				inputs.buckets,
				"--tokens-per-step",
				"256",
				"--out",
				out,
			],
		],
	],
];

/** Of all kills so many are of uploads. */
const CASES = casesOf({ daily: 0, everything: 5, share: 0.03 });

test.runIf(CASES > 0)(
	`killed at ${CASES} requests, a command that is run again uploads the same bytes`,
	async () => {
		inputs = await writeInputs(directory);
		let kill: (number: number) => void = () => {};
		let number = 0;
		const fake = await FakeS3.start({
			fault: ({ method }) => {
				if (method !== "GET" && method !== "HEAD") kill(number++);
				return "none";
			},
		});
		fake.put("in/lines.jsonl", readFileSync(inputs.lines));
		const uploaded = () =>
			Object.entries(fake.contents())
				.filter(([key]) => key.startsWith("out/"))
				.map(([key, bytes]) => [key, bytes.toString("base64")]);
		const clear = () => {
			for (const key of fake.objects.keys())
				if (key.startsWith("bucket/out/")) fake.objects.delete(key);
			number = 0;
		};
		for (let i = 0; i < CASES; i++) {
			const random = randomOf("uploads", i);
			const [name, argsTo] = uploads[i % uploads.length];
			const args = argsTo("s3://bucket/out/here");
			clear();
			const due = successOf(args, await seqpack(args));
			const whole = uploaded();
			const at = randomBelow(random, number);
			clear();
			const { child, exit } = startSeqpack(args);
			kill = (request) => {
				if (request === at) child.kill("SIGKILL");
			};
			const { signal } = await exit;
			kill = () => {};
			const what = `uploads ${i}, ${name}, killed (${signal}) at change ${at}`;
			const again = await seqpack(args);
			expect(again, what).toSatisfy(() => isAsDue({}, again, due));
			expect(uploaded(), `${what}: ${again.stderr}`).toEqual(whole);
			expect([...fake.uploads.keys()], what).toEqual([]);
		}
	},
);
