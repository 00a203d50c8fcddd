// Each fault of a release gives its sentence: copies of what is here, each broken in one place.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../helpers.js";

interface Found {
	text: string;
	waits: boolean;
}
interface Sources {
	// biome-ignore lint/suspicious/noExplicitAny: broken on purpose.
	own: any;
	// biome-ignore lint/suspicious/noExplicitAny: broken on purpose.
	lock: any;
	changelog: string;
	pages?: Record<string, string>;
	others?: object[];
}
interface Packed {
	files: { path: string }[];
	size: number;
	unpackedSize: number;
}

const read = (path: string) => readFileSync(join(root, path), "utf8");
const script = join(root, "scripts/release-faults.mjs");
const { sourceFaults, bundleFaults, tarballFaults } = (await import(
	script
)) as {
	sourceFaults(sources: Sources): Found[];
	bundleFaults(text: string, lock: object): Found[];
	tarballFaults(
		tarball: Packed,
		expected: ReadonlySet<string>,
		about: { own: object; readme: string },
	): Found[];
};

const own = JSON.parse(read("package.json"));
const lock = JSON.parse(read("package-lock.json"));
const changelog = `# Changelog\n\n## Unreleased\n\n## ${own.version} - 2026-01-31\n\nThe first version.\n`;

/** What is ready: as it is here, and with what only who publishes can say. */
const ready = (): Sources => ({
	own: {
		...structuredClone(own),
		repository: { type: "git", url: "git+https://example.org/a/b.git" },
	},
	lock: structuredClone(lock),
	changelog,
});
const textsOf = (found: Found[]) => found.map(({ text }) => text);

test("what is here has no fault but what only who publishes can settle", () => {
	const found = sourceFaults({ own, lock, changelog: read("CHANGELOG.md") });
	expect(textsOf(found.filter(({ waits }) => !waits))).toEqual([]);
});

test("what is ready has no fault", () => {
	expect(sourceFaults(ready())).toEqual([]);
});

const dependency = "node_modules/commander";
const devDependency = "node_modules/vitest";

describe("a broken copy is told", () => {
	test.each<[string, (sources: Sources) => void, RegExp, boolean?]>([
		[
			"a version that is none",
			(sources) => {
				const { own, lock } = sources;
				sources.changelog = changelog.replace(own.version, "v1");
				own.version = lock.version = lock.packages[""].version = "v1";
			},
			/version v1 is not of the form 1\.2\.3/,
		],
		[
			"a lock of another version",
			({ lock }) => {
				lock.packages[""].version = "0.0.9";
			},
			/package-lock\.json has version 0\.0\.9, but package\.json has/,
		],
		[
			"a lock of other dependencies",
			({ own }) => {
				own.dependencies.commander = "14.0.2";
			},
			/package-lock\.json and package\.json differ in dependencies/,
		],
		[
			"no entry in the changelog",
			(sources) => {
				sources.changelog = "# Changelog\n\n## 0.0.1 - 2025-01-01\n\nOld.\n";
			},
			/CHANGELOG\.md has no entry for version/,
		],
		[
			"an entry that says nothing",
			(sources) => {
				sources.changelog = `## ${own.version} - 2026-01-31\n`;
			},
			/entry of .* is empty/,
		],
		[
			"an entry without a day",
			(sources) => {
				sources.changelog = changelog.replace(" - 2026-01-31", "");
			},
			/has no date of the form/,
		],
		[
			"a day that there is not",
			(sources) => {
				sources.changelog = changelog.replace("01-31", "02-31");
			},
			/has no date of the form/,
		],
		[
			"an entry that is not the newest",
			(sources) => {
				sources.changelog = `## 9.0.0 - 2027-01-01\n\nNew.\n\n${changelog}`;
			},
			/the newest entry is 9\.0\.0/,
		],
		[
			"an entry that is unreleased",
			(sources) => {
				sources.changelog = changelog.replace("2026-01-31", "unreleased");
			},
			/is marked unreleased: write the date/,
			true,
		],
		[
			"changes that are in no entry yet",
			(sources) => {
				sources.changelog = changelog.replace(
					"## Unreleased\n",
					"## Unreleased\n\n- Something.\n",
				);
			},
			/changes under Unreleased: move them/,
			true,
		],
		[
			"a page that says that there is no package yet",
			(sources) => {
				sources.pages = { "README.md": "The package is not on npm yet." };
			},
			/README\.md says that the package is not on npm yet/,
			true,
		],
		...["preinstall", "install", "postinstall", "prepare"].map(
			(name): [string, (sources: Sources) => void, RegExp] => [
				`a script ${name}`,
				({ own }) => {
					own.scripts[name] = "node build.mjs";
				},
				new RegExp(`the script ${name} runs where the package is installed`),
			],
		),
		[
			"no script that builds before packing",
			({ own }) => {
				delete own.scripts.prepack;
			},
			/no script prepack/,
		],
		[
			"a private package",
			({ own }) => {
				own.private = true;
			},
			/is private/,
		],
		[
			"no provenance",
			({ own }) => {
				own.publishConfig.provenance = false;
			},
			/publishConfig\.provenance is not true/,
		],
		[
			"no public access",
			({ own }) => {
				delete own.publishConfig.access;
			},
			/publishConfig\.access is not public/,
		],
		[
			"no repository",
			({ own }) => {
				delete own.repository;
			},
			/repository is missing: provenance needs it/,
			true,
		],
		[
			"a repository that is no address",
			({ own }) => {
				own.repository.url = "seqpack";
			},
			/repository\.url is seqpack, which is not of the form/,
		],
		[
			"no engines",
			({ own }) => {
				delete own.engines;
			},
			/engines does not say which Node/,
		],
		[
			"no licence of its own",
			({ own }) => {
				own.license = "";
			},
			/has no license/,
		],
		[
			"a licence of what users install",
			({ lock }) => {
				lock.packages[dependency].license = "MPL-2.0";
			},
			/^commander .* has the licence MPL-2\.0, .* for what users install/,
		],
		[
			"a licence of what is used here",
			({ lock }) => {
				lock.packages[devDependency].license = "GPL-3.0";
			},
			/^vitest .* has the licence GPL-3\.0/,
		],
		[
			"a licence of what is built here beside the package",
			(sources) => {
				const packages = {
					"node_modules/x": { version: "1.0.0", license: "X" },
				};
				sources.others = [{ packages }];
			},
			/^x 1\.0\.0 has the licence X, which is not allowed\.$/,
		],
		[
			"a package without a licence",
			({ lock }) => {
				delete lock.packages[devDependency].license;
			},
			/^vitest .* has the licence none/,
		],
		[
			"a script of a dependency that runs at installation",
			({ lock }) => {
				lock.packages[dependency].hasInstallScript = true;
			},
			/^commander .* has a script that runs where users install/,
		],
	])("%s", (_, damage, sentence, waits = false) => {
		const sources = ready();
		damage(sources);
		const found = sourceFaults(sources);
		expect(textsOf(found)).toEqual([expect.stringMatching(sentence)]);
		expect(found[0].waits).toBe(waits);
	});
});

describe("a tarball", () => {
	const about = {
		own: { bin: { x: "dist/main.js" }, exports: { ".": "./dist/index.js" } },
		readme:
			"[a](docs/a.md#b) ![p](docs/p.svg) [w](https://example.org) [d](docs)",
	};
	const paths = ["dist/main.js", "dist/index.js", "docs/a.md", "docs/p.svg"];
	const faultsOf = (found: string[], size = 1000) =>
		textsOf(
			tarballFaults(
				{
					files: found.map((path) => ({ path })),
					size,
					unpackedSize: 2 * size,
				},
				new Set(paths),
				about,
			),
		);

	test("that holds what it should has no fault", () => {
		expect(faultsOf(paths)).toEqual([]);
	});

	test.each<[string, string[], RegExp[]]>([
		["a source map", [...paths, "dist/main.js.map"], [/which no user needs/]],
		["a test", [...paths, "test/x.ts"], [/which no user needs/]],
		["a stray file", [...paths, "notes.txt"], [/does not belong in it/]],
		[
			"a missing entry",
			paths.slice(1),
			[/lacks dist\/main\.js/, /package\.json names dist\/main\.js/],
		],
		[
			"a missing picture of the README",
			paths.slice(0, 3),
			[/lacks docs\/p\.svg/, /README\.md points to docs\/p\.svg/],
		],
	])("with %s is told", (_, found, sentences) => {
		expect(faultsOf(found)).toEqual(
			sentences.map((sentence) => expect.stringMatching(sentence)),
		);
	});

	test("that is too large is told", () => {
		expect(faultsOf(paths, 9e6)).toEqual([
			"The tarball is 9,000 kB, more than the 4,000 kB allowed.",
			"The tarball unpacks to 18,000 kB, more than the 16,000 kB allowed.",
		]);
	});
});

describe("licences of the bundle", () => {
	const { version } = lock.packages[dependency];
	const due = `== commander ${version}, MIT ==\n\nPermission is hereby granted\n`;
	test.each<[string, string, RegExp[]]>([
		["are right", due, []],
		["name no package", "", [/names no package/]],
		[
			"are not allowed",
			due.replace("MIT", "AGPL-3.0"),
			[/AGPL-3\.0: this licence is not allowed/],
		],
		[
			"have no text",
			due.replace(/\nPer.*/, ""),
			[/has no text of its licence/],
		],
		[
			"are of another version",
			due.replace(version, "1.0.0"),
			[/not in package-lock/],
		],
	])("%s", (_, text, sentences) => {
		expect(textsOf(bundleFaults(text, lock))).toEqual(
			sentences.map((sentence) => expect.stringMatching(sentence)),
		);
	});
});
