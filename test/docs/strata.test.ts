import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readManifest } from "../build/dataset-rows.js";
import {
	root,
	spawnSeqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { programsOf, runPrograms } from "./programs.js";

const page = "docs/guide/strata.md";

test("the commands of the page run, and its program", () => {
	const cwd = temporaryDirectory();
	const words = (count: number) => "one ".repeat(count).trim();
	const lines = (record: (words: string) => object) =>
		Array.from(
			{ length: 150 },
			(_, i) => `${JSON.stringify(record(words(i + 1)))}\n`,
		).join("");
	cpSync(tokenizerPath, join(cwd, "tokenizer"), { recursive: true });
	writeFileSync(
		join(cwd, "template.jinja"),
		"{% for message in messages %}{{ message.role }}: {{ message.content }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}",
	);
	writeFileSync(
		join(cwd, "texts.jsonl"),
		lines((text) => ({ text })),
	);
	writeFileSync(
		join(cwd, "chats.jsonl"),
		lines((content) => ({
			messages: [
				{ role: "user", content: "Say something." },
				{ role: "assistant", content },
			],
		})),
	);
	const text = readFileSync(join(root, page), "utf8");
	const commands = [...text.matchAll(/^ {4}seqpack (.*)$/gm)].map(
		([, command]) => command,
	);
	expect(commands).toHaveLength(5);
	for (const command of commands) {
		const args = [...command.matchAll(/"([^"]*)"|\S+/g)].map(
			([whole, quoted]) => quoted ?? whole,
		);
		const { code, stderr } = spawnSeqpack(args, { cwd });
		expect(code, stderr).toBe(0);
	}
	expect(readManifest(join(cwd, "data")).totals.strata).toMatchObject({
		"10": { documents: 10, missing: 19_990 },
		"150": { documents: 15, missing: 19_985 },
		">800": { documents: 0, missing: 20_000 },
	});
	expect(readManifest(join(cwd, "splits")).totals.documents).toBe(100);
	const plan = JSON.parse(
		readFileSync(join(cwd, "plan", "curriculum.json"), "utf8"),
	);
	const rowsOf = (name: string) => {
		const number = plan.datasets.findIndex(({ path }: { path: string }) =>
			path.endsWith(`#stratum:${name}`),
		);
		return plan.stages[0].buckets[0].sources.find(
			({ dataset }: { dataset: number }) => dataset === number,
		).rows;
	};
	// 64 rows, and a fifth of these is 12.8.
	expect([rowsOf("short"), rowsOf("long")]).toEqual([13, 51]);
	expect(runPrograms(programsOf(page)).outputs).toEqual([
		"short,long; 2 drawn\n",
	]);
});
