import { canonicalJson, sha256 } from "../../storage/hash.js";
import { storageAt } from "../../storage/storages.js";
import { datasetFormats } from "../formats.js";
import { filesOf, type Manifest } from "../manifest.js";
import {
	indexPath,
	injectedPath,
	lengthsPath,
	shardPath,
	skippedPath,
} from "../names.js";
import { isSameGroup } from "../row-groups.js";
import type { Problems } from "./problems.js";

/**
 * Checks what a manifest lists: each file once, by the name that its task makes, and of a task that
 * there is.
 */
export function checkLists(manifest: Manifest, problems: Problems): void {
	const paths = new Set<string>();
	for (const { path } of filesOf(manifest)) {
		if (paths.has(path)) problems.add(`the manifest lists ${path} twice`);
		paths.add(path);
	}
	checkNames(manifest, problems);
	checkConverted(manifest, problems);
}

/** Names end in the hash of the plan that wrote the file: of the dataset's, or of a state before it. */
function checkNames(manifest: Manifest, problems: Problems): void {
	const { shards, index, lengths = [], skipped, injected } = manifest;
	const { buckets, format } = manifest.settings;
	const { extension } = datasetFormats.find(format);
	const states = [
		...(manifest.history ?? []),
		{ planHash: manifest.planHash, tasks: Number.POSITIVE_INFINITY },
	];
	const planOf = (task: number) =>
		(states.find((state) => task < state.tasks) ?? states[states.length - 1])
			.planHash;
	const compare = (path: string, due: readonly string[]) => {
		if (!due.includes(path))
			problems.add(
				`${path} is not called ${due[0]}, as what the manifest says of it makes it`,
			);
	};
	for (const shard of shards) {
		const bucket = buckets.find(
			(each) => isSameGroup(each, shard) && each.length === shard.bucket,
		);
		if (bucket === undefined) continue;
		const { task, number } = shard;
		compare(shard.path, [
			shardPath(bucket.directory, shard, task, number, planOf(task), extension),
		]);
	}
	for (const { path, task } of index)
		compare(path, [indexPath(task, planOf(task))]);
	for (const { path, task } of lengths)
		compare(path, [lengthsPath(task, planOf(task))]);
	const plans = states.map(({ planHash }) => planHash).reverse();
	if (skipped !== null) compare(skipped.path, plans.map(skippedPath));
	if (injected !== undefined) compare(injected.path, plans.map(injectedPath));
}

/** The planHash of a dataset that was converted comes of that of the one before. */
function checkConverted(
	{ planHash, convertedFrom, settings }: Manifest,
	problems: Problems,
): void {
	if (convertedFrom === undefined) return;
	const { format, compression } = settings;
	const due = sha256(canonicalJson({ convertedFrom, format, compression }));
	if (planHash !== due)
		problems.add(
			`the manifest's planHash is ${planHash}; that of ${convertedFrom} in another format is ${due}`,
		);
}

/** Files beside the dataset's own, which who reads its directories would load with them. */
export async function checkStrangers(
	directory: string,
	manifest: Manifest,
	problems: Problems,
): Promise<void> {
	const storage = storageAt(directory);
	const known = new Set(filesOf(manifest).map(({ path }) => path));
	const tops = new Set(
		[...known]
			.filter((path) => path.includes("/"))
			.map((path) => path.slice(0, path.indexOf("/"))),
	);
	const walk = async (path: string) => {
		const found = await storage.stat(`${directory}/${path}`);
		if (found?.kind === "directory")
			for (const name of await storage.list(`${directory}/${path}`))
				await walk(`${path}/${name}`);
		else if (found !== null && !known.has(path))
			problems.add(`${path} is not in the manifest; trainers may read it`);
	};
	for (const top of tops) await walk(top);
}

/** What is written beside the shards must be what the manifest makes it, and be there. */
export function checkBeside(manifest: Manifest, problems: Problems): void {
	const { settings, beside } = manifest;
	const due = datasetFormats
		.find(settings.format)
		.filesBeside({ ...manifest, beside: [] });
	for (const path of ["README.md", ...Object.keys(due)])
		if (!beside.some((file) => file.path === path))
			problems.add(`the manifest does not list ${path}`);
	for (const { path, sha256: hash } of beside)
		if (due[path] !== undefined && sha256(due[path]) !== hash)
			problems.add(`${path} is not what the manifest makes it`);
}
