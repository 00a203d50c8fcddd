import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	findInputs,
	noticesOf,
} from "../../../src/sources/find/find-inputs.js";
import { fingerprintBySample } from "../../../src/sources/find/fingerprint.js";
import { sourceFormats } from "../../../src/sources/formats.js";
import { directoryWith } from "../../helpers.js";
import { corpora } from "../corpora.js";

const formats = sourceFormats.where(({ content }) => content === "tokens");
const texts = ["one", "two", "three"];

describe.each(formats)("%s", (name) => {
	const { write, asText = (text) => text, options } = corpora[name];
	const { files } = write(texts.map(asText));
	const main = Object.keys(files)[0];
	const given = { format: name, ...(options && { options }) };

	test("is told from its files, or has to be named", async () => {
		const directory = directoryWith(files);
		const found = findInputs([directory], options ? { options } : {});
		if (sourceFormats.find(name).mayBe?.(Buffer.from(files[main])) === false)
			await expect(found).rejects.toThrow(
				/no input files in .*left out 1 file of unknown kind/,
			);
		else {
			const { files: inputs, leftOut } = await found;
			expect(inputs).toMatchObject([{ source: main, format: name }]);
			expect(leftOut.map(({ why }) => why)).toEqual(
				Object.keys(files)
					.slice(1)
					.map(() => "companion"),
			);
		}
		const named = await findInputs([join(directory, main)], given);
		expect(named.files).toMatchObject([
			{ format: name, size: files[main].length },
		]);
	});

	test("is the same with what stands beside it, and else another", async () => {
		const fingerprint = async (files: Record<string, Uint8Array>) =>
			fingerprintBySample(
				(await findInputs([join(directoryWith(files), main)], given)).files[0],
			);
		const before = await fingerprint(files);
		expect(await fingerprint(files)).toBe(before);
		for (const [path, bytes] of Object.entries(files)) {
			const changed = {
				...files,
				[path]: Buffer.concat([bytes, Buffer.of(1)]),
			};
			expect(await fingerprint(changed), path).not.toBe(before);
		}
	});
});

test("borders that are guessed are said so, and need the id", async () => {
	const { files } = corpora.olmo.write(
		texts.map(corpora.olmo.asText ?? String),
	);
	const directory = directoryWith({ "a.npy": files["a.npy"] });
	const found = await findInputs([directory], { options: { eosId: 7 } });
	expect(noticesOf(found)).toEqual([
		`1 file, such as ${directory}/a.npy: its documents are told by the token 7 alone, which may stand within one, too`,
	]);
	const without = await findInputs([directory]);
	expect(() => noticesOf(without)).toThrow(
		/eosId is missing: .*a\.npy does not say where its documents begin/,
	);
});

test("a file of Megatron's without its index is none, and says so where it is named", async () => {
	const { files } = corpora.megatron.write(["A\0\0\0"]);
	const directory = directoryWith(files);
	renameSync(join(directory, "a.idx"), join(directory, "b.idx"));
	const path = join(directory, "a.bin");
	await expect(findInputs([path], { format: "megatron" })).rejects.toThrow(
		/a\.idx, which says where its documents begin, is not there/,
	);
	await expect(findInputs([path])).rejects.toMatchObject({
		code: "unknown-ending",
	});
});

test("an array that NumPy wrote is no file of OLMo's", async () => {
	const directory = directoryWith({
		"a.npy": Buffer.concat([
			Buffer.from("\x93NUMPY", "latin1"),
			Buffer.alloc(122),
		]),
	});
	await expect(findInputs([directory])).rejects.toThrow(
		/cannot be read as token ids of OLMo and Dolma: it seems to be an array of NumPy with its head/,
	);
});

test("a table beside other input is read, whatever its name", async () => {
	const directory = directoryWith({ "a.jsonl": '{"text":"x"}\n' });
	writeFileSync(join(directory, "a.csv"), "text\nx\n");
	expect((await findInputs([directory])).files).toHaveLength(2);
});
