import { UsageError } from "../../core/errors.js";

/** What the hub keeps: how its API names them, and what their URLs begin with. */
const kinds = {
	datasets: { web: "datasets/" },
	models: { web: "" },
} as const;

/** A file of a repository of the hub, or a directory. */
export interface HubPlace {
	kind: keyof typeof kinds;
	/** `OWNER/NAME`. */
	repository: string;
	/** As it is given: a branch, a tag or a commit; null where none is. */
	revision: string | null;
	/** Its path in the repository. */
	file: string;
}

/** Branches that have slashes in them: files as Parquet, and what is proposed. */
const FORM =
	/^hf:\/\/(datasets|models)\/([^/@]+\/[^/@]+)(?:@(refs\/(?:convert|pr)\/[^/]+|[^/]+))?(?:\/(.*))?$/is;

/** @throws UsageError `bad-url` */
export function hubPlace(path: string): HubPlace {
	const found = FORM.exec(path);
	if (found === null)
		throw new UsageError(
			"bad-url",
			`${path} is not a URL of the Hugging Face Hub: it is written hf://datasets/OWNER/NAME/path, or hf://datasets/OWNER/NAME@REVISION/path; for a tokenizer hf://models/OWNER/NAME.`,
		);
	return {
		kind: found[1].toLowerCase() as HubPlace["kind"],
		repository: found[2],
		revision: found[3] ?? null,
		file: found[4] ?? "",
	};
}

/** As much of a URL as names the repository, with "/" after it. */
export function topOf({ kind, repository, revision }: HubPlace): string {
	const at = revision === null ? "" : `@${revision}`;
	return `hf://${kind}/${repository}${at}/`;
}

/** The URL of a repository's page, or of something below it. */
export function pageOf(
	endpoint: URL,
	{ kind, repository }: HubPlace,
	below = "",
): URL {
	return new URL(`${kinds[kind].web}${repository}${below}`, endpoint);
}

/** The URL of what the API knows of a repository. */
export function apiOf(
	endpoint: URL,
	{ kind, repository }: HubPlace,
	below: string,
): URL {
	return new URL(`api/${kind}/${repository}/${below}`, endpoint);
}

/** A path as URLs have it. */
export function encodePath(path: string): string {
	return path.split("/").map(encodeURIComponent).join("/");
}
