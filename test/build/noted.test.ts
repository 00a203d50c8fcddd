import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "seqpack";
import { expect, test } from "vitest";
import {
	directoryWith,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex } from "./dataset-rows.js";

const TEMPLATE =
	"{% for message in messages %}{{ message.role }}: {{ message.content }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";

/** 90 conversations of 1 to 4 answers, each of them twice; the id of each says how many. */
function chats(): string {
	const turn = (i: number, answer: number) => [
		{ role: "user", content: `Say ${i % 90} times ${answer}.` },
		{ role: "assistant", content: "word ".repeat(1 + (i % 7)).trim() },
	];
	const lines = Array.from({ length: 180 }, (_, i) => {
		const answers = 1 + ((i % 90) % 4);
		return `${JSON.stringify({
			id: `${answers}-${i}`,
			messages: Array.from({ length: answers }, (_, a) =>
				turn(i % 90, a),
			).flat(),
		})}\n`;
	});
	return directoryWith({ "chats.jsonl": lines.join("") });
}

test.each<[string, Partial<BuildOptions>]>([
	["all", {}],
	["a sample", { sample: 0.4 }],
	[
		"a number of each stratum",
		{ strata: "a:0-3,b:3-", lengthOf: "output", perStratum: 30 },
	],
	["no repeats", { dedupe: "exact" }],
	["the first", { limit: 25 }],
	[
		"half of them again",
		{ sources: [{ name: "chats", inputs: [], repeat: 1.5 }] },
	],
])(
	"answers are counted of the documents that are kept: %s",
	async (_, { sources, ...options }) => {
		const inputs = [chats()];
		const template = join(temporaryDirectory(), "template.jinja");
		writeFileSync(template, TEMPLATE);
		const out = join(temporaryDirectory(), "data");
		const { manifest } = await build({
			...(sources ? { sources: [{ ...sources[0], inputs }] } : { inputs }),
			...{ tokenizer: tokenizerPath, seqLen: 512, out },
			...{ loss: "assistant", chatTemplate: template, workers: 0 },
			...options,
		} as BuildOptions);
		const due = (await readIndex(out)).reduce(
			(sum, { id }) => sum + Number(id?.split("-")[0]),
			0,
		);
		expect(due).toBeGreaterThan(0);
		expect(manifest.totals.noted.answers).toBe(due);
	},
);
