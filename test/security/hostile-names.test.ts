import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Int32 } from "apache-arrow";
import {
	build,
	composeFiles,
	convertDataset,
	exportDataset,
	packRecords,
	planCurriculum,
} from "seqpack";
import { beforeAll, expect, test } from "vitest";
import { exportFormats } from "../../src/dataset/exports/exports.js";
import { datasetFormats } from "../../src/dataset/formats.js";
import { layouts } from "../../src/dataset/layouts/layouts.js";
import { filesBelow, sharedDirectory, tokenizerPath } from "../helpers.js";
import { writers } from "../records/inputs.js";
import { tarOf } from "../sources/tar-bytes.js";

/** Names that lead out of a directory, are paths of their own, or are none on some system. */
const hostile = [
	...["../up", "../../../up", "..", "a/../../up", "/tmp/absolute", "a/b", "."],
	...["..\\up", "C:\\up", "a\\b", "file:///up", "~/up", "-rf", "$(id)", "CON"],
	...["\u202egnp.exe", "%2e%2e%2fup", "x".repeat(5000), "null", "__proto__"],
];
const harmless = hostile.map((_, i) => `name-${i}`);

const directory = sharedDirectory();

/** Documents with ids, and fields that are names; a source and strata by names. */
interface Named {
	input: string;
	place: string;
	names: readonly string[];
}

const kinds = { hostile, harmless };
const made = {} as Record<keyof typeof kinds, Named>;

beforeAll(() => {
	for (const [kind, names] of Object.entries(kinds)) {
		const place = join(directory, kind, "deep/er");
		mkdirSync(place, { recursive: true });
		const input = join(place, "input.jsonl");
		const records = names.flatMap((name, n) =>
			[0, 1].map((i) => ({
				id: `${name}${i === 0 ? "" : i}`,
				key: name,
				ids: Array.from({ length: 5 + n }, (_, j) => (j * 7 + n) % 99),
				text: `${n} words of a text`,
				n: 5 + n,
			})),
		);
		writeFileSync(
			input,
			records.map((record) => `${JSON.stringify(record)}\n`).join(""),
		);
		const members = names.filter((_, i) => hostile[i].length < 80);
		writeFileSync(
			join(place, "members.tar"),
			tarOf(
				members.map((name) => ({
					name: `${name}.txt`,
					content: "a text of some words",
				})),
			),
		);
		const lengths: [Int32, number[]] = [new Int32(), [3, 5, 7]];
		const columns = { n: lengths, [names[0]]: lengths, [names[4]]: lengths };
		writeFileSync(join(place, "records.arrow"), writers["arrow file"](columns));
		writeFileSync(
			join(place, "recipe.yaml"),
			"steps:\n  - group: { by: key, field: key }\n",
		);
		made[kind as keyof typeof kinds] = { input, place, names };
	}
});

/** Names of files without the hashes in them. */
const namesIn = (of: string) =>
	filesBelow(of).map((path) => path.replaceAll(/[0-9a-f]{8,}/g, "HASH"));

/** Does the same with harmless and with hostile names: the files that come of it are called the same, and nothing is beside them. */
async function expectSame(
	act: (named: Named, out: string) => Promise<unknown>,
	name: string,
): Promise<void> {
	const found: string[][] = [];
	for (const named of Object.values(made)) {
		const before = filesBelow(directory);
		const out = join(named.place, name);
		await act(named, out);
		const inside = filesBelow(out).length;
		expect(filesBelow(directory).length - before.length, name).toBe(inside);
		found.push(namesIn(out));
	}
	expect(found[0], name).toEqual(found[1]);
	expect(found[0].length, name).toBeGreaterThan(1);
}

const strataOf = (names: readonly string[]) =>
	`${names[0]}:0-8,${names[3]}:8-12,${names[4]}:12-`;

const buildOf =
	(layout: string, format: string) => (named: Named, out: string) =>
		build({
			sources: [0, 1, 4].map((i) => ({
				name: named.names[i],
				inputs: [named.input],
				limit: 30,
			})),
			tokensField: "ids",
			vocabSize: 99,
			layout,
			format,
			strata: strataOf(named.names),
			lengthUnit: "tokens",
			...(layout === "packed" && { seqLen: 64, strataApart: true }),
			...(layout === "buckets" && { maxLength: 64, minLength: 16 }),
			workers: 0,
			out,
		} as Parameters<typeof build>[0]);

test("of sources, strata and documents are not names of files: builds of every layout and format", async () => {
	for (const layout of layouts.names)
		for (const format of datasetFormats.names)
			await expectSame(buildOf(layout, format), `${layout}-${format}`);
});

test("nor in exports of every kind, conversions, curricula and packed records", async () => {
	await expectSame(buildOf("packed", "arrow"), "rows");
	const ofRows = (named: Named) => join(named.place, "rows");
	for (const to of exportFormats.names)
		await expectSame(
			(named, out) =>
				exportDataset({
					source: ofRows(named),
					to,
					out,
				} as Parameters<typeof exportDataset>[0]),
			`to-${to}`,
		);
	await expectSame(
		(named, out) =>
			convertDataset({ dataset: ofRows(named), format: "parquet", out }),
		"converted",
	);
	await expectSame(
		(named, out) =>
			planCurriculum({
				datasets: [ofRows(named)],
				tokensPerStep: 128,
				strataWeights: Object.fromEntries(
					[0, 3, 4].map((i) => [named.names[i], 1]),
				),
				out,
			} as Parameters<typeof planCurriculum>[0]),
		"plan",
	);
	await expectSame(
		({ place }, out) =>
			packRecords({
				inputs: [join(place, "records.arrow")],
				lengthColumn: "n",
				passThrough: true,
				seqLen: 16,
				out,
			}),
		"records",
	);
	await expectSame(
		(named, out) =>
			composeFiles({
				recipe: join(named.place, "recipe.yaml"),
				inputs: [named.input],
				workers: 0,
				out,
			}),
		"composed",
	);
});

test("a member of a tar whose path leads out is told, and no file is made of it", async () => {
	const { place } = made.hostile;
	const out = join(place, "members");
	const before = filesBelow(directory);
	await expect(
		build({
			inputs: [join(place, "members.tar")],
			tokenizer: tokenizerPath,
			seqLen: 64,
			workers: 0,
			out,
		}),
	).rejects.toThrow(/"\.\.\/up\.txt" leads out of the tar/);
	const own = (path: string) => !path.includes("members/.seqpack/");
	expect(filesBelow(directory).filter(own)).toEqual(before);
});
