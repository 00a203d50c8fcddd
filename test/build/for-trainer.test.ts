import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build, openDataset, verify } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { trainers } from "../../src/dataset/trainers/trainers.js";
import { toMegatronBridge } from "../../src/masks/views/megatron-bridge.js";
import {
	expectNumbers,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const TEMPLATE = `{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}
{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}`;

const inputs = sharedDirectory();
const files = {
	"template.jinja": TEMPLATE,
	"chats.jsonl": Array.from({ length: 40 }, (_, i) =>
		JSON.stringify({
			messages: [
				{ role: "user", content: `Question ${i} ${"word ".repeat(i % 9)}` },
				{ role: "assistant", content: `Answer ${i} ${"yes ".repeat(i % 7)}` },
			],
		}),
	).join("\n"),
	"texts.jsonl": Array.from({ length: 40 }, (_, i) =>
		JSON.stringify({ text: `Text ${i} ${"of words ".repeat(i % 13)}` }),
	).join("\n"),
};

beforeAll(() => {
	for (const [name, content] of Object.entries(files))
		writeFileSync(join(inputs, name), content);
});

const built = (of: "chats" | "texts", options: Partial<BuildOptions>) =>
	build({
		inputs: [join(inputs, `${of}.jsonl`)],
		tokenizer: tokenizerPath,
		...(of === "chats" && {
			loss: "assistant",
			chatTemplate: join(inputs, "template.jinja"),
		}),
		seqLen: 128,
		workers: 0,
		out: join(temporaryDirectory(), "data"),
		...options,
	});

const cases = trainers
	.entries()
	.flatMap(([name, trainer]) =>
		(["texts", "chats"] as const).map((of) => [name, of, trainer] as const),
	);

describe.each(cases)("%s, of %s", (name, of, trainer) => {
	test("has the columns that it needs, and says how it is loaded", async () => {
		const isMasked = of === "chats";
		const building = built(of, { for: name });
		if (trainer.fault({ isMasked } as never) !== null) {
			await expect(building).rejects.toThrow(`for is ${name}, which cannot be`);
			return;
		}
		const { out, manifest } = await building;
		expect((await verify(out)).problems).toEqual([]);
		const row = await (await openDataset(out)).row(0);
		const { columns = [] } = trainer.options(isMasked);
		for (const column of columns as string[])
			expect(row).toHaveProperty(column);
		const card = readFileSync(join(out, "README.md"), "utf8");
		expect(card).toContain(`## For ${trainer.title}`);
		for (const line of trainer.load(manifest).lines)
			expect(card).toContain(line);
		expect(card).toContain(trainer.key);
		for (const trap of trainer.traps) expect(card).toContain(trap);
	});
});

test.each(["texts", "chats"] as const)(
	"rows of %s for Megatron Bridge are what its view of them is",
	async (of) => {
		const plain = await built(of, { minSequence: 2 });
		const shifted = await built(of, { for: "megatron-bridge" });
		const [a, b] = await Promise.all([
			openDataset(plain.out),
			openDataset(shifted.out),
		]);
		for (let r = 0; r < plain.manifest.summary.rows; r++) {
			const row = await a.row(r);
			const view = toMegatronBridge({
				ids: row.input_ids as Int32Array,
				seqLengths: row.seq_lengths as Int32Array,
				lossMask: (row.loss_mask as Int32Array | undefined) ?? null,
			});
			const found = await b.row(r);
			for (const name of ["input_ids", "loss_mask", "seq_start_id"] as const)
				expectNumbers(found[name] as Int32Array, view[name]);
		}
	},
);

test("weights and labels that are shifted are checked as such", async () => {
	const { out } = await built("chats", {
		shift: true,
		columns: ["labels"],
		lossWeight: "answer",
	});
	expect((await verify(out)).problems).toEqual([]);
	const { labels, loss_mask, loss_weight } = await (await openDataset(out)).row(
		0,
	);
	const places = (values: unknown, none: number) =>
		Array.from(values as Int32Array).flatMap((value, i) =>
			value === none ? [] : [i],
		);
	expect(places(labels, -100)).toEqual(places(loss_mask, 0));
	expect(places(loss_weight, 0)).toEqual(places(loss_mask, 0));
});

test("columns that are asked for stay; other options that do not go with it are refused", async () => {
	const { out } = await built("texts", {
		for: "axolotl",
		columns: ["cu_seqlens"],
	});
	expect(await (await openDataset(out)).row(0)).toMatchObject({
		cu_seqlens: expect.anything(),
		labels: expect.anything(),
	});
	await expect(
		built("texts", { for: "axolotl", packer: "best-fit" }),
	).rejects.toThrow(
		'packer: "best-fit" does not go with for: "axolotl", which needs packer: "padded"',
	);
	await expect(
		built("texts", { shift: true, format: "arrow" }),
	).rejects.toThrow(/shift is for trainers that read the shards/);
	await expect(built("texts", { for: "trll" as "trl" })).rejects.toThrow(
		/did you mean trl/,
	);
});

test("the command tells it with the directory's name", async () => {
	const out = join(temporaryDirectory(), "data");
	const { stderr, code } = await seqpack([
		...["build", join(inputs, "texts.jsonl"), "--tokenizer", tokenizerPath],
		...["--seq-len", "128", "--for", "trl", "--out", out],
	]);
	expect(code, stderr).toBe(0);
	expect(stderr).toContain(`rows = load_dataset("${out}", split="train")`);
});
