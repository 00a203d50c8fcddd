import { createHash } from "node:crypto";
import {
	type Answer,
	type Asked,
	fakeServer,
	ranged,
	withEnvironment,
} from "./fake-server.js";

/** Files from this size on are kept elsewhere, as the hub keeps large ones. */
const LARGE = 1000;
/** Entries of a page of a listing. */
const PAGE = 3;

interface Repository {
	/** `datasets` or `models`. */
	kind: string;
	/** The commits that branches and tags are at. */
	revisions: Map<string, string>;
	/** Files by commit. */
	commits: Map<string, Map<string, Buffer>>;
	/** What it takes to read it: nothing, a token that may, or that and to have accepted conditions. */
	access: "open" | "private" | "gated";
}

/** Tokens that are known, and whether they may read what is not open. */
const TOKENS: Readonly<Record<string, boolean>> = {
	hf_may: true,
	hf_may_not: false,
};

/** A server that answers as the Hugging Face Hub does, as far as seqpack asks, and another one that keeps large files. */
export class FakeHub {
	readonly #repositories = new Map<string, Repository>();
	readonly asked: Asked[] = [];
	readonly askedOfStore: Asked[] = [];
	url = "";
	#store = "";
	/** Seconds that the URLs of large files are valid are over at once. */
	isStoreOver = false;

	/** Starts one that ends with the test, and makes it what `hf://` means. */
	static async start(
		variables: Readonly<Record<string, string>> = {},
	): Promise<FakeHub> {
		const hub = new FakeHub();
		const store = await fakeServer((asked) => hub.#answerOfStore(asked));
		const front = await fakeServer((asked) => hub.#answer(asked));
		hub.url = front.url;
		hub.#store = store.url;
		withEnvironment(
			{ HF_ENDPOINT: hub.url, HF_HOME: "/nowhere", ...variables },
			"HF_",
			"HUGGING_FACE_",
		);
		return hub;
	}

	/** Makes a commit, which a branch is at from then on. */
	commit(
		name: string,
		files: Readonly<Record<string, Buffer | string>>,
		{ branch = "main", access = "open" as Repository["access"] } = {},
	): string {
		const known = this.#repositories.get(name);
		const repository: Repository = known ?? {
			kind: name.split("/")[0],
			revisions: new Map(),
			commits: new Map(),
			access,
		};
		const commit = createHash("sha1")
			.update(`${name} ${branch} ${repository.commits.size}`)
			.digest("hex");
		repository.commits.set(
			commit,
			new Map(
				Object.entries(files).map(([path, content]) => [
					path,
					Buffer.from(content as string),
				]),
			),
		);
		repository.revisions.set(branch, commit).set(commit, commit);
		this.#repositories.set(name, repository);
		return commit;
	}

	#answer(asked: Asked): Answer {
		this.asked.push(asked);
		const { pathname } = asked.url;
		const api =
			/^\/api\/(\w+\/[^/]+\/[^/]+)(?:\/(revision|tree|paths-info)\/([^/]+)\/?(.*))?$/.exec(
				pathname,
			);
		const file = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.*)$/.exec(
			pathname,
		);
		const name =
			api?.[1] ?? (file && `${file[1] ?? "models/"}${file[2]}`) ?? "";
		const repository = this.#repositories.get(name);
		const refused = refusalOf(repository, asked);
		if (refused !== null) return refused;
		const [action, revision, path] = api
			? [api[2] ?? "revision", api[3] ?? "main", api[4] ?? ""]
			: ["resolve", file?.[3] ?? "", file?.[4] ?? ""];
		const commit = repository?.revisions.get(decodeURIComponent(revision));
		const files = repository?.commits.get(commit ?? "");
		if (files === undefined) return failed(404, "RevisionNotFound");
		if (action === "revision")
			return { body: { id: name, sha: commit, siblings: [] } };
		if (action === "paths-info") {
			const isJson = asked.headers["content-type"] === "application/json";
			const paths: string[] = isJson
				? JSON.parse(asked.body).paths
				: new URLSearchParams(asked.body).getAll("paths");
			const all = entriesOf(files, "", true);
			return { body: all.filter((entry) => paths.includes(entry.path)) };
		}
		const decoded = decodeURIComponent(path);
		if (action === "tree") return this.#tree(files, decoded, asked.url);
		const content = files.get(decoded);
		if (content === undefined) return failed(404, "EntryNotFound");
		if (content.length < LARGE) return ranged(content, asked);
		const location = `${this.#store}/${hashOf(content)}?until=${Date.now()}`;
		return { status: 302, headers: { location } };
	}

	#tree(files: Map<string, Buffer>, directory: string, url: URL): Answer {
		const isRecursive = url.searchParams.get("recursive") === "true";
		const below = directory === "" ? "" : `${directory}/`;
		const all = entriesOf(files, below, isRecursive);
		if (all.length === 0 && directory !== "")
			return failed(404, "EntryNotFound");
		const from = Number(url.searchParams.get("cursor") ?? 0);
		const next = new URL(url);
		next.searchParams.set("cursor", String(from + PAGE));
		return {
			body: all.slice(from, from + PAGE),
			headers:
				all.length > from + PAGE ? { link: `<${next}>; rel="next"` } : {},
		};
	}

	#answerOfStore(asked: Asked): Answer {
		this.askedOfStore.push(asked);
		// As stores do that are asked in two ways at once.
		if (asked.headers.authorization !== undefined) return { status: 400 };
		if (this.isStoreOver) {
			this.isStoreOver = false;
			return { status: 403 };
		}
		for (const { commits } of this.#repositories.values())
			for (const files of commits.values())
				for (const content of files.values())
					if (asked.url.pathname === `/${hashOf(content)}`)
						return ranged(content, asked);
		return { status: 404 };
	}
}

function refusalOf(
	repository: Repository | undefined,
	{ headers }: Asked,
): Answer | null {
	const token = /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1];
	if (token !== undefined && !(token in TOKENS))
		return failed(401, "", "Invalid credentials in Authorization header");
	const { access = "private" } = repository ?? {};
	if (access === "open") return null;
	const mayRead = token !== undefined && TOKENS[token];
	if (repository !== undefined && mayRead) return null;
	if (access === "gated")
		return failed(token === undefined ? 401 : 403, "GatedRepo");
	return failed(token === undefined ? 401 : 404, "RepoNotFound");
}

function failed(status: number, code: string, message = ""): Answer {
	return {
		status,
		headers: {
			...(code && { "x-error-code": code }),
			...(message && { "x-error-message": message }),
		},
	};
}

function entriesOf(
	files: Map<string, Buffer>,
	below: string,
	isRecursive: boolean,
) {
	const entries = new Map<
		string,
		{ type: string; path: string; oid: string }
	>();
	for (const [path, content] of files) {
		if (!path.startsWith(below)) continue;
		const rest = path.slice(below.length).split("/");
		for (let end = 1; end < rest.length; end++) {
			const directory = below + rest.slice(0, end).join("/");
			if (isRecursive || end === 1)
				entries.set(directory, {
					...{ type: "directory", path: directory, size: 0 },
					oid: createHash("sha1").update(directory).digest("hex"),
				});
		}
		if (!isRecursive && rest.length > 1) continue;
		const oid = createHash("sha1").update(content).digest("hex");
		const size = content.length;
		const lfs = { oid: hashOf(content), size, pointerSize: 130 };
		entries.set(path, {
			...{ type: "file", path, oid, size },
			...(size >= LARGE && { lfs }),
		});
	}
	return [...entries.values()];
}

function hashOf(content: Buffer): string {
	return createHash("sha256").update(content).digest("hex");
}
