import {
	appendFileSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { build, estimateBuild, planBuild } from "../../src/index.js";
import { MANY } from "../../src/sources/find/told-by-name.js";
import {
	filesBelow,
	fixtures,
	sharedDirectory,
	temporaryDirectory,
} from "../helpers.js";
import { FakeS3 } from "../storage/s3/fake-s3.js";

const FILES = MANY + 20;
const options = { tokenizer: "bytes", seqLen: 256, workers: 0 } as const;
const parquet = readFileSync(
	join(fixtures, "interop/sources/parquet/datasets.parquet"),
);
const pointer = `version https://git-lfs.github.com/spec/v1
oid sha256:${"0".repeat(64)}
size 12345
`;

const nameOf = (i: number) => `part-${i % 7}/${String(i).padStart(5, "0")}`;
const line = (i: number) =>
	`${JSON.stringify({ id: `d${i}`, text: `Document ${i}.` })}\n`;

/** A directory of small files of a line each, and some others. */
function corpus(
	others: Record<string, string | Uint8Array> = {},
	directory = temporaryDirectory(),
): string {
	for (let part = 0; part < 7; part++)
		mkdirSync(join(directory, `part-${part}`));
	for (let i = 0; i < FILES; i++)
		writeFileSync(join(directory, `${nameOf(i)}.jsonl`), line(i));
	for (const [name, content] of Object.entries(others))
		writeFileSync(join(directory, name), content);
	return directory;
}

/** The same in a bucket, below `in/`. */
async function uploaded(directory: string): Promise<FakeS3> {
	const fake = await FakeS3.start();
	for (const path of filesBelow(directory))
		fake.put(`in/${path}`, readFileSync(join(directory, path)));
	return fake;
}

const isListing = ({ method, query }: FakeS3["requests"][number]) =>
	method === "GET" && query.get("list-type") === "2";

const outside = () => join(temporaryDirectory(), "out");

describe("of many small files", () => {
	let directory: string;
	beforeAll(() => {
		directory = corpus({}, sharedDirectory());
	});

	test("a bucket is asked for listings and nothing else to plan, and for no file twice", async () => {
		const fake = await uploaded(directory);
		await planBuild({ ...options, inputs: ["s3://bucket/in"], out: outside() });
		const others = fake.requests.filter((request) => !isListing(request));
		// Whether there is an object of that name.
		expect(others.map(({ method, path }) => `${method} ${path}`)).toEqual([
			"HEAD bucket/in",
		]);
		expect(fake.requests.length).toBeLessThan(4);
	});

	test("the plan is the same on a disk and in a bucket, but for what tells the files", async () => {
		await uploaded(directory);
		const plans = [];
		for (const [inputs, fingerprint] of [
			[directory, "sample"],
			["s3://bucket/in", "sample"],
			["s3://bucket/in", "version"],
		] as const) {
			const { plan } = await planBuild({
				...{ ...options, inputs: [inputs], fingerprint },
				...{ out: outside(), taskSize: 4000 },
			});
			plans.push(plan);
		}
		const [here, far, byVersion] = plans;
		expect(far.planHash).toBe(here.planHash);
		expect(here.tasks.length).toBeGreaterThan(3);
		expect(byVersion.tasks).toEqual(here.tasks);
		expect(byVersion.planHash).not.toBe(here.planHash);
		for (const { fingerprint } of byVersion.inputs)
			expect(fingerprint).toMatch(/^version:[0-9a-f]{32}$/);
		for (const { fingerprint } of here.inputs)
			expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
	});

	test("what they hold is what one file of all of it holds", async () => {
		const all = join(temporaryDirectory(), "all.jsonl");
		for (const path of filesBelow(directory))
			appendFileSync(all, readFileSync(join(directory, path)));
		const due = await build({ ...options, inputs: [all], out: outside() });
		const got = await build({
			...options,
			inputs: [directory],
			out: outside(),
		});
		expect(got.manifest.totals).toEqual(due.manifest.totals);
		const inputs = [directory];
		const estimate = await estimateBuild({
			...options,
			inputs,
			out: outside(),
		});
		expect(estimate.stops).toBe(null);
		expect(estimate.sample.isWhole).toBe(true);
	});
});

describe("among many small files", () => {
	test("those that are something else than their names say are read by what they hold", async () => {
		const others = {
			"a.jsonl": gzipSync(line(7)),
			"b.jsonl.gz": line(8),
			"c.txt": parquet,
			"d.jsonl.gz": gzipSync(line(9)),
		};
		const right = {
			"a.jsonl.gz": others["a.jsonl"],
			"b.jsonl": others["b.jsonl.gz"],
			"c.parquet": others["c.txt"],
			"d.jsonl.gz": others["d.jsonl.gz"],
		};
		const [got, due] = await Promise.all(
			[others, right].map(async (files) => {
				const inputs = [corpus(files)];
				const skipping = { ...options, inputs, onError: "skip" } as const;
				return (await build({ ...skipping, out: outside() })).manifest;
			}),
		);
		expect(got.totals).toEqual(due.totals);
		expect(got.totals.documents).toBeGreaterThan(FILES + 3);
	});

	test.each([
		["git-lfs-pointer", "x.jsonl", pointer, /x\.jsonl is not the file itself/],
		["misnamed", "x.jsonl", "%PDF-1.7\n", /x\.jsonl .*seems to be a PDF/],
		["misnamed", "x.parquet.gz", gzipSync(parquet), /x\.parquet\.gz/],
		[
			"misnamed",
			"x.txt",
			Uint8Array.from(
				new Uint8Array(
					Int32Array.from({ length: 300 }, (_, i) =>
						i === 0 ? 20240520 : i === 1 ? 1 : i === 2 ? 22 : 0,
					).buffer,
				),
			),
			/x\.txt holds ids of tokens by its first bytes \(format llmc\), and texts by its name/,
		],
	])(
		"%s: %s is told, or passed over and counted",
		async (reason, name, content, said) => {
			const inputs = [corpus({ [name]: content })];
			const stopped = build({ ...options, inputs, out: outside() });
			await expect(stopped).rejects.toThrow(said);
			await expect(stopped).rejects.toMatchObject({ code: reason });
			const skipping = { ...options, inputs, onError: "skip" } as const;
			const { manifest } = await build({ ...skipping, out: outside() });
			const { totals, leftOutInputs = [] } = manifest;
			expect(totals.documents).toBe(FILES);
			// A name that tells nothing is looked into before.
			const counted =
				totals.skippedRecords[reason] ??
				leftOutInputs.find((each) => each.reason === reason)?.count;
			expect(counted).toBe(1);
		},
	);
});

describe("a store that grows", () => {
	const store = {
		tokenizer: "bytes",
		layout: "documents",
		workers: 0,
	} as const;
	const bucket = ["s3://bucket/in"];

	/** A store of some files, in a directory and a bucket. */
	async function storeOf(inputs: "here" | "there") {
		const directory = temporaryDirectory();
		for (const i of [1, 2, 3])
			writeFileSync(join(directory, `${i}.jsonl`), line(i));
		const fake = await uploaded(directory);
		const out = outside();
		await build({
			...store,
			inputs: inputs === "here" ? [directory] : bucket,
			out,
		});
		return { directory, fake, out };
	}

	const grow = async (out: string, inputs: string[]) => {
		const notices: string[] = [];
		const onNotice = (notice: string) => notices.push(notice);
		const { manifest } = await build({
			...{ ...store, inputs, out, onNotice, append: true },
		});
		return { files: manifest.inputs.length, notices: notices.join() };
	};

	test("of a disk knows the same files in a bucket, and takes new ones", async () => {
		const { fake, out } = await storeOf("here");
		const same = await grow(out, bucket);
		expect(same.files).toBe(3);
		expect(same.notices).toMatch(/left out 3 files that .* has already/);
		fake.put("in/4.jsonl", line(4));
		expect((await grow(out, bucket)).files).toBe(4);
		expect((await grow(out, bucket)).files).toBe(4);
		fake.put("in/2.jsonl", line(5));
		await expect(grow(out, bucket)).rejects.toMatchObject({
			code: "input-changed",
		});
	});

	test("of a bucket knows files by what is listed, and one that was uploaded again is told", async () => {
		const { fake, out } = await storeOf("there");
		const before = fake.requests.length;
		expect((await grow(out, bucket)).files).toBe(3);
		const asked = fake.requests.slice(before).map(({ method }) => method);
		expect(asked.filter((method) => method === "HEAD")).toHaveLength(1);
		const found = fake.objects.get("bucket/in/2.jsonl");
		fake.objects.set("bucket/in/2.jsonl", {
			bytes: Buffer.from(line(2)),
			etag: '"another-2"',
		});
		await expect(grow(out, bucket)).rejects.toThrow(
			/2\.jsonl is not the file .* it has changed, was uploaded again in another way, or is another one/,
		);
		expect(found).toBeDefined();
	});

	test("of a bucket is not told on a disk which files it has, and says so", async () => {
		const { directory, out } = await storeOf("there");
		await expect(grow(out, [directory])).rejects.toMatchObject({
			code: "cannot-compare",
			message: expect.stringMatching(
				/\d\.jsonl may be the file \d\.jsonl that .* --fingerprint sample|fingerprint: "sample"/,
			),
		});
		for (const i of [1, 2, 3])
			renameSync(
				join(directory, `${i}.jsonl`),
				join(directory, `other-${i}.jsonl`),
			);
		expect((await grow(out, [directory])).files).toBe(6);
	});

	test("built again by fingerprints of another kind, the difference is named", async () => {
		const { directory, out } = await storeOf("here");
		await expect(build({ ...store, inputs: bucket, out })).rejects.toThrow(
			/fingerprints of another kind/,
		);
		rmSync(join(directory, "1.jsonl"));
		await expect(build({ ...store, inputs: [directory], out })).rejects.toThrow(
			/are not the same or have changed/,
		);
	});
});
