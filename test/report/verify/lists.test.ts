// Lists of files that say something else than what was written, and files that no list has.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Int32, Utf8 } from "apache-arrow";
import {
	build,
	composeFiles,
	diff,
	exportDataset,
	packRecords,
	readFigures,
	SeqpackError,
	verify,
} from "seqpack";
import { beforeAll, expect, test } from "vitest";
import {
	parseSignedJson,
	signedJson,
} from "../../../src/storage/signed-json.js";
import { sharedDirectory } from "../../helpers.js";
import { writers } from "../../records/inputs.js";

const shared = sharedDirectory();
const at = (name: string) => join(shared, name);
/** The list of each directory, and a file that it lists. */
const lists = {
	records: "records.json",
	exported: "seqpack-export.json",
	composed: "seqpack-export.json",
};

/** What makes each of them, and says of what it has made that it is done. */
const again: Record<string, () => Promise<unknown>> = {
	records: () =>
		packRecords({
			...{ inputs: [at("lengths.arrow")], lengthColumn: "n", seqLen: 100 },
			...{ longRecords: "drop", out: at("records") },
		}),
	exported: () =>
		exportDataset({ source: at("rows"), to: "jsonl", out: at("exported") }),
	composed: () =>
		composeFiles({
			...{ recipe: at("recipe.json"), inputs: [at("in.jsonl")], workers: 0 },
			out: at("composed"),
		}),
};

beforeAll(async () => {
	const lengths = Array.from({ length: 40 }, (_, i) => 1 + ((i * 7) % 90));
	writeFileSync(
		at("lengths.arrow"),
		writers["arrow file"]({
			n: [new Int32(), lengths],
			text: [new Utf8(), lengths.map(String)],
		}),
	);
	await again.records();
	const record = (n: number) => ({ text: "a", ids: Array(n).fill(n), kind: n });
	writeFileSync(
		at("in.jsonl"),
		lengths.map((n) => `${JSON.stringify(record(n))}\n`).join(""),
	);
	await build({
		...{ inputs: [at("in.jsonl")], tokensField: "ids", vocabSize: 99 },
		...{ seqLen: 64, workers: 0, out: at("rows") },
	});
	await again.exported();
	writeFileSync(at("recipe.json"), '{"steps":[{"separator":{"text":" "}}]}');
	await again.composed();
}, 60_000);

test("what was composed has the figures of its texts", async () => {
	const figures = await readFigures(at("composed"));
	expect(figures).toMatchObject({ kind: "corpus", totals: { documents: 40 } });
});

/** A value with one field after the other being something else, at any depth. */
function* edited(value: unknown): Generator<unknown> {
	if (typeof value !== "object" || value === null) {
		yield* [null, "x", -1.5, []].filter((other) => other !== value);
		return;
	}
	for (const [name, each] of Object.entries(value)) {
		const copy = Array.isArray(value) ? [...value] : { ...value };
		for (const other of edited(each)) {
			Object.assign(copy, { [name]: other });
			yield copy;
		}
		Object.assign(copy, { [name]: undefined });
		yield copy;
	}
}

test.each(Object.entries(lists))(
	"any field of the list of what is %s may be anything, and ends in a sentence at most",
	async (name, list) => {
		const path = at(`${name}/${list}`);
		const bytes = readFileSync(path);
		const { value } = parseSignedJson(bytes, "none");
		const refused = new Set<string>();
		for (const other of edited(value)) {
			writeFileSync(path, signedJson(other as object));
			for (const read of [
				() => verify(at(name)),
				() => readFigures(at(name)),
				() => diff(at(name), at(name)),
				again[name],
			])
				try {
					await read();
				} catch (error) {
					expect(error).toBeInstanceOf(SeqpackError);
					refused.add((error as SeqpackError).code);
				}
		}
		writeFileSync(path, bytes);
		expect([...refused]).toContain("bad-manifest");
		expect((await verify(at(name))).problems).toEqual([]);
	},
);

test("a summary of packed records that does not add up is found, in each of its numbers", async () => {
	const path = at("records/records.json");
	const bytes = readFileSync(path);
	const { summary, ...rest } = parseSignedJson(bytes, "none").value as {
		summary: Record<string, unknown>;
	};
	const { shards, ...others } = rest as unknown as { shards: unknown };
	const found: string[] = [];
	for (const [name, value] of Object.entries(summary)) {
		if (typeof value !== "number") continue;
		const edited = { ...summary, [name]: value + 1 };
		writeFileSync(path, signedJson({ ...others, summary: edited, shards }));
		if ((await verify(at("records"))).problemCount > 0) found.push(name);
	}
	writeFileSync(path, bytes);
	// The room that lengths take is of the options that rounded them.
	const all = Object.keys(summary).filter(
		(name) => typeof summary[name] === "number",
	);
	expect(all.filter((name) => !found.includes(name))).toEqual([
		"alignmentTokens",
	]);
});

test.each([
	["records", "data"],
	["exported", "."],
	["composed", "data"],
])("a file beside those of what is %s is found", async (name, place) => {
	const { problems } = await verify(at(name));
	expect(problems).toEqual([]);
	const list = JSON.parse(
		readFileSync(at(`${name}/${lists[name as keyof typeof lists]}`), "utf8"),
	);
	const [{ path }] = list.files ?? list.shards;
	const stranger = join(place, `other-${path.split("/").at(-1)}`);
	copyFileSync(at(`${name}/${path}`), at(`${name}/${stranger}`));
	expect((await verify(at(name))).problems).toEqual([
		`${stranger} is not listed; trainers may read it`,
	]);
});
