// Tries the lines that dataset cards have for trainers with the trainers themselves, on a
// processor, in some minutes: a part of npm run test:interop:heavy, which says by PYTHON where they are.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { build } from "seqpack";

const python = process.env.PYTHON ?? "python3";
/** Where the reader is. */
const path = [resolve("python"), process.env.PYTHONPATH]
	.filter(Boolean)
	.join(delimiter);
const directory = mkdtempSync(join(tmpdir(), "seqpack-trainers-"));
const chats = join(directory, "chats.jsonl");
const template = join(directory, "template.jinja");
writeFileSync(
	template,
	"{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}",
);
writeFileSync(
	chats,
	Array.from({ length: 120 }, (_, i) =>
		JSON.stringify({
			messages: [
				{ role: "user", content: `Question ${i} ${"word ".repeat(i % 19)}` },
				{ role: "assistant", content: `Answer ${i} ${"yes ".repeat(i % 17)}` },
			],
		}),
	).join("\n"),
);
try {
	for (const trainer of [
		"trl",
		"transformers",
		"axolotl",
		"llama-factory",
		"maxtext",
		"torchtune",
	])
		for (const of of ["texts", "chats"]) {
			if (trainer === "maxtext" && of === "chats") continue;
			const out = join(directory, `${trainer}-${of}`);
			await build({
				tokenizer: "fixtures/tokenizer",
				seqLen: 256,
				...(of === "texts"
					? { inputs: ["fixtures/code"], limit: 12 }
					: { inputs: [chats], loss: "assistant", chatTemplate: template }),
				for: trainer,
				out,
			});
			console.log(`${trainer}, ${of}`);
			const { status } = spawnSync(
				python,
				["test/interop/trainers/check.py", trainer, out],
				{
					stdio: "inherit",
					env: { ...process.env, PYTHONPATH: path },
				},
			);
			if (status !== 0) process.exitCode = 1;
		}
} finally {
	rmSync(directory, { recursive: true, force: true });
}
