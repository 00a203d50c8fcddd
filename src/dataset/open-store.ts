import { DataError } from "../core/errors.js";
import { pathFrom } from "../storage/paths.js";
import type { Manifest, ManifestStore } from "./manifest.js";
import { requireRandomAccess } from "./random-access.js";
import { readManifest } from "./read-manifest.js";

/** What a manifest says of a store that holds for a part of its tasks as well. */
export type StoreManifest = Pick<
	Manifest,
	| "planHash"
	| "settings"
	| "tokenizer"
	| "inputs"
	| "tasks"
	| "shards"
	| "index"
	| "lengths"
>;

/** A store of tokenized documents, and where it is. */
export interface OpenStore {
	directory: string;
	manifest: StoreManifest;
}

/**
 * A store as it was in the state of a planHash: with the tasks and inputs that were there
 * then. Null where it never was in that state.
 */
export function stateOf(
	{ history = [], ...manifest }: Manifest,
	planHash: string,
): StoreManifest | null {
	if (manifest.planHash === planHash) return manifest;
	const state = history.find((each) => each.planHash === planHash);
	if (state === undefined) return null;
	const wasThere = ({ task }: { task: number }) => task < state.tasks;
	const { settings, tokenizer, inputs, tasks, shards, index } = manifest;
	return {
		planHash,
		settings,
		tokenizer,
		inputs: inputs.slice(0, state.inputs),
		tasks: { ...tasks, read: state.tasks },
		shards: shards.filter(wasThere),
		index: index.filter(wasThere),
		lengths: manifest.lengths?.filter(wasThere) ?? [],
	};
}

/**
 * The store that has the tokens of a packing, as it was when it was packed.
 * @param packing The packing's directory.
 * @throws UsageError as `readManifest` does, `not-random`; DataError `store-changed`
 */
export async function openStore(
	packing: string,
	{ path, planHash }: ManifestStore,
): Promise<OpenStore> {
	const directory = pathFrom(packing, path);
	const found = await readManifest(directory);
	const manifest = stateOf(found, planHash);
	if (manifest === null)
		throw new DataError(
			"store-changed",
			`${directory} is not the store that ${packing} is an index of: it was built anew (its planHash begins with ${found.planHash.slice(0, 12)}, and was ${planHash.slice(0, 12)}). Pack it again with seqpack pack, which reads no tokens.`,
		);
	requireRandomAccess(directory, manifest.settings);
	return { directory, manifest };
}
