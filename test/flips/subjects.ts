import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import {
	type BuildOptions,
	build,
	composeFiles,
	convertDataset,
	exportDataset,
	packRecords,
	packStore,
	planCurriculum,
} from "seqpack";
import { exportFormats } from "../../src/dataset/exports/exports.js";
import { datasetFormats } from "../../src/dataset/formats.js";
import { layouts } from "../../src/dataset/layouts/layouts.js";
import { tableFormats } from "../../src/tables/tables.js";
import { tokenizerPath } from "../helpers.js";

const ID = { most: 900, eos: 999, vocabulary: 1000 };

/** Documents of up to 150 ids, some of them to be trained on; some records are none. */
const documents = Array.from({ length: 120 }, (_, d) => {
	const ids = Array.from(
		{ length: 1 + ((d * 37) % 150) },
		(_, i) => (d * 131 + i * 17) % ID.most,
	);
	const mask = ids.map((_, i) => Number(i > 0 && (i + d) % 3 === 0));
	return JSON.stringify(d % 40 === 39 ? { ids: "none" } : { ids, mask });
});

const texts = Array.from({ length: 90 }, (_, i) =>
	JSON.stringify({ id: `r${i}`, text: `é${i} 😀 `.repeat(3 + (i % 20)) }),
);

/** What is asked for of a dataset of each layout. */
const ofLayout: Record<string, Partial<BuildOptions>> = {
	packed: { seqLen: 128, columns: ["position_ids"] },
	buckets: { minLength: 16, maxLength: 128, validation: 0.2 },
	documents: {},
};

/**
 * Writes a little of all that seqpack writes and verify knows.
 * @returns Directories by what they are.
 */
export async function makeSubjects(
	directory: string,
): Promise<Map<string, string>> {
	const subjects = new Map<string, string>();
	const place = (name: string) => join(directory, name.replaceAll(" ", "-"));
	const keep = async (
		name: string,
		make: (out: string) => Promise<unknown>,
	) => {
		await make(place(name));
		subjects.set(name, place(name));
	};
	const input = place("input");
	mkdirSync(input);
	const lines = (name: string, all: readonly string[]) => {
		writeFileSync(join(input, name), `${all.join("\n")}\n`);
		return join(input, name);
	};
	const a = lines("a.jsonl", documents.slice(0, 70));
	const b = lines("b.jsonl", documents.slice(70));
	const ofIds = (out: string, more: Partial<BuildOptions>) =>
		build({
			...{ tokensField: "ids", maskField: "mask", inputs: [a, b], out },
			...{ vocabSize: ID.vocabulary, onError: "skip", workers: 0 },
			...{ taskSize: 9000, shardTokens: 3000 },
			...more,
		});

	for (const layout of layouts.names)
		for (const format of datasetFormats.names) {
			if (
				!layouts.find(layout).packs &&
				!datasetFormats.find(format).randomAccess
			)
				continue;
			await keep(`${layout} ${format}`, (out) =>
				ofIds(out, { layout, format, ...ofLayout[layout] }),
			);
		}
	const store = place("grown store");
	const growing = { layout: "documents", append: true } as const;
	await ofIds(store, { ...growing, inputs: [a] });
	await keep("grown store", (out) => ofIds(out, growing));
	await keep("packing", (out) =>
		packStore({ store, seqLen: 128, workers: 0, out }),
	);
	await keep("injected spans", (out) => {
		const recipe = lines("recipe.json", [
			JSON.stringify({
				steps: [{ inject: { spans: ["TRAP", "TWO"], repetitions: [1, 3] } }],
			}),
		]);
		return build({
			...{ inputs: [lines("texts.jsonl", texts)], recipe, out },
			...{ tokenizer: tokenizerPath, seqLen: 128, workers: 0 },
		});
	});
	await keep("plan", (out) =>
		planCurriculum({
			...{ datasets: [place("packed arrow")], tokensPerStep: 512, out },
		}),
	);
	await keep("plan of buckets", (out) =>
		planCurriculum({
			...{ datasets: [place("buckets arrow")], tokensPerStep: 512, out },
			schedule: "grow-p2",
		}),
	);
	await keep("plan of documents", (out) =>
		planCurriculum({
			...{ datasets: [place("documents arrow")], out },
			...{ order: "documents", chunk: 32, tokensPerStep: 128 },
		}),
	);
	await keep("plan that extends another", (out) =>
		planCurriculum({ extend: place("plan"), skip: [[1, 2]], out }),
	);
	await keep("conversion", (out) =>
		convertDataset({ dataset: place("buckets arrow"), format: "parquet", out }),
	);
	await keep("composed", (out) =>
		composeFiles({
			...{ recipe: join(input, "recipe.json"), workers: 0, out },
			inputs: [join(input, "texts.jsonl")],
		}),
	);
	const lengths = join(input, "lengths.arrow");
	writeFileSync(
		lengths,
		tableToIPC(
			tableFromArrays({
				n: Int32Array.from(documents, (_, i) => 1 + ((i * 7) % 100)),
			}),
			"stream",
		),
	);
	for (const format of tableFormats.names)
		await keep(`records ${format}`, (out) =>
			packRecords({
				...{ inputs: [lengths], lengthColumn: "n", seqLen: 256, format, out },
			}),
		);
	for (const to of exportFormats.names)
		await keep(`export ${to}`, (out) =>
			exportDataset({ source: place("packed arrow"), to, out }),
		);
	return subjects;
}
