// What is wrong with a package that is to be published, one sentence per fault. Only what is passed in is checked: nothing
// here reads a file. Faults that only the publisher can settle are marked (`waits`): a draft may have them.
import { posix } from "node:path";

/** Licences of what users install, or get in the bundle of the command. */
export const licences = [
	"MIT",
	"Apache-2.0",
	"ISC",
	"0BSD",
	"BSD-2-Clause",
	"BSD-3-Clause",
	"Unlicense",
	"MIT OR Apache-2.0",
];

/** Licences of what is only used here, and given to nobody. */
const licencesHere = [
	...licences,
	...["BlueOak-1.0.0", "CC0-1.0", "MPL-2.0", "Python-2.0", "bzip2-1.0.6"],
];

/** Scripts that npm runs where a package is installed, from a registry or from git. */
const INSTALL_SCRIPTS = [
	...["preinstall", "install", "postinstall"],
	...["preprepare", "prepare", "postprepare"],
];

/** Bytes of the tarball, and of what it holds. */
const MOST_PACKED = 4_000_000;
const MOST_UNPACKED = 16_000_000;

/** Endings and folders of files that no user needs. */
const FOREIGN =
	/\.(?:map|tgz|tsbuildinfo|cpuprofile)$|(?:^|\/)(?:test|tests|bench|fixtures|node_modules|__pycache__)\/|\.test\.[^/]+$/;

const SEMVER = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

const fault = (text) => ({ text, waits: false });
const waits = (text) => ({ text, waits: true });

/**
 * Faults of package.json, the locks, the changelog and the pages.
 *
 * @param pages Texts of the README and the docs, by path.
 * @param others Locks of what is built here and is not part of the package.
 */
export function sourceFaults({
	own,
	lock,
	changelog,
	pages = {},
	others = [],
}) {
	return [
		...versionFaults(own, lock),
		...changelogFaults(own.version, changelog),
		...pageFaults(pages),
		...scriptFaults(own),
		...publishFaults(own),
		...licenceFaults(lock),
		...others.flatMap((other) => licenceFaults(other, true)),
	];
}

function versionFaults({ name, version, ...own }, lock) {
	const faults = [];
	if (!SEMVER.test(version))
		faults.push(`package.json: version ${version} is not of the form 1.2.3.`);
	const locked = lock.packages[""];
	if (lock.version !== version || locked.version !== version)
		faults.push(
			`package-lock.json has version ${locked.version}, but package.json has ${version}: run npm install --package-lock-only.`,
		);
	for (const kind of ["dependencies", "peerDependencies", "devDependencies"])
		if (!sameEntries(own[kind], locked[kind]))
			faults.push(
				`package-lock.json and package.json differ in ${kind}: run npm install --package-lock-only.`,
			);
	return faults.map(fault);
}

function sameEntries(one = {}, other = {}) {
	const sorted = (object) => JSON.stringify(Object.entries(object).sort());
	return sorted(one) === sorted(other);
}

function changelogFaults(version, changelog) {
	const entries = changelogEntries(changelog);
	const [newest] = entries.filter(({ title }) => title !== "Unreleased");
	const entry = entries.find(({ title }) => title === version);
	if (entry === undefined)
		return [fault(`CHANGELOG.md has no entry for version ${version}.`)];
	const found = [];
	if (entry !== newest)
		found.push(
			fault(
				`CHANGELOG.md: the newest entry is ${newest.title}, but package.json has version ${version}.`,
			),
		);
	if (entry.text === "")
		found.push(fault(`CHANGELOG.md: the entry of ${version} is empty.`));
	if (entry.date === "unreleased")
		found.push(
			waits(
				`CHANGELOG.md: ${version} is marked unreleased: write the date in its place.`,
			),
		);
	else if (!isDay(entry.date))
		found.push(
			fault(
				`CHANGELOG.md: the entry of ${version} has no date of the form 2026-01-31.`,
			),
		);
	const unreleased = entries.find(({ title }) => title === "Unreleased");
	if (unreleased !== undefined && unreleased.text !== "")
		found.push(
			waits(
				`CHANGELOG.md has changes under Unreleased: move them into the entry of ${version}.`,
			),
		);
	return found;
}

function pageFaults(pages) {
	return Object.entries(pages)
		.filter(([, text]) => /not on npm yet/.test(text))
		.map(([path]) =>
			waits(
				`${path} says that the package is not on npm yet: remove that sentence.`,
			),
		);
}

/** Entries of a changelog, `## VERSION - DAY`, in their order. */
function changelogEntries(changelog) {
	return changelog
		.split(/^## /m)
		.slice(1)
		.map((section) => {
			const [heading, ...lines] = section.split("\n");
			const [title, date = ""] = heading.trim().split(" - ");
			return { title, date, text: lines.join("\n").trim() };
		});
}

function isDay(text) {
	if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
	const day = new Date(`${text}T00:00:00Z`);
	return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function scriptFaults({ scripts = {}, gypfile }) {
	const faults = INSTALL_SCRIPTS.filter((name) => name in scripts).map(
		(name) =>
			`package.json: the script ${name} runs where the package is installed: move what it does to prepack, or to the scripts that need it.`,
	);
	if (gypfile)
		faults.push(
			"package.json: gypfile makes npm compile at installation: remove it.",
		);
	if (!("prepack" in scripts))
		faults.push(
			"package.json has no script prepack: npm publish would pack an old build.",
		);
	return faults.map(fault);
}

function publishFaults(own) {
	const faults = [];
	const { access, provenance } = own.publishConfig ?? {};
	if (own.private)
		faults.push("package.json is private: npm would not publish it.");
	if (access !== "public")
		faults.push("package.json: publishConfig.access is not public.");
	if (provenance !== true)
		faults.push(
			"package.json: publishConfig.provenance is not true: nobody could check which sources the package was made from.",
		);
	for (const field of ["description", "license", "keywords", "files"])
		if ((own[field] ?? "").length === 0)
			faults.push(`package.json has no ${field}.`);
	if (own.engines?.node === undefined)
		faults.push("package.json: engines does not say which Node it needs.");
	const { url } = own.repository ?? {};
	return [
		...faults.map(fault),
		...(url === undefined
			? [
					waits(
						"package.json: repository is missing: provenance needs it, and so do the README's links on npm's page.",
					),
				]
			: /^git\+https:\/\/[^/]+\/.+/.test(url)
				? []
				: [
						fault(
							`package.json: repository.url is ${url}, which is not of the form git+https://HOST/OWNER/NAME.git.`,
						),
					]),
	];
}

function licenceFaults(lock, isOnlyHere = false) {
	const faults = [];
	for (const [path, entry] of Object.entries(lock.packages)) {
		if (path === "") continue;
		const { license = "none", version, dev, peer, hasInstallScript } = entry;
		const name = `${path.replace(/^.*node_modules\//, "")} ${version}`;
		const isInstalled = !isOnlyHere && !dev && !peer;
		if (!(isInstalled ? licences : licencesHere).includes(license))
			faults.push(
				`${name} has the licence ${license}, which is not allowed${isInstalled ? " for what users install" : ""}.`,
			);
		if (isInstalled && hasInstallScript)
			faults.push(
				`${name} has a script that runs where users install seqpack.`,
			);
	}
	return faults.map(fault);
}

/** Faults of the licences that go with the bundle of the command, as build.mjs writes them. */
export function bundleFaults(text, lock) {
	const faults = [];
	const sections = text.split(/^== (.*) ==$/m).slice(1);
	if (sections.length === 0)
		faults.push("dist/bin/LICENSES.txt names no package.");
	for (let i = 0; i < sections.length; i += 2) {
		const [, name, version, licence] =
			/^(\S+) (\S+), (.*)$/.exec(sections[i]) ?? [];
		if (!licences.includes(licence))
			faults.push(
				`${sections[i]}: this licence is not allowed in the bundle of the command.`,
			);
		if (sections[i + 1].trim() === "")
			faults.push(
				`${sections[i]}: dist/bin/LICENSES.txt has no text of its licence.`,
			);
		const isLocked = Object.entries(lock.packages).some(
			([path, entry]) =>
				path.endsWith(`node_modules/${name}`) && entry.version === version,
		);
		if (!isLocked)
			faults.push(
				`${sections[i]} is in the bundle of the command, but not in package-lock.json: run npm ci && npm run build.`,
			);
	}
	return faults.map(fault);
}

/**
 * Faults of a tarball.
 *
 * @param tarball What `npm pack --json` says of it.
 * @param expected Paths that it should hold, and no others.
 */
export function tarballFaults(tarball, expected, { own, readme }) {
	const found = new Set(tarball.files.map(({ path }) => path));
	const faults = [];
	for (const path of expected)
		if (!found.has(path)) faults.push(`The tarball lacks ${path}.`);
	for (const path of found)
		if (FOREIGN.test(path))
			faults.push(`The tarball holds ${path}, which no user needs.`);
		else if (!expected.has(path))
			faults.push(`The tarball holds ${path}, which does not belong in it.`);
	for (const path of entryPaths(own))
		if (!found.has(path))
			faults.push(`package.json names ${path}, which the tarball lacks.`);
	for (const link of linksOf(readme))
		if (!found.has(link) && ![...found].some((f) => f.startsWith(`${link}/`)))
			faults.push(`README.md points to ${link}, which the tarball lacks.`);
	if (found.has("binding.gyp"))
		faults.push(
			"The tarball holds binding.gyp, which npm would compile at installation.",
		);
	for (const [what, bytes, most] of [
		["is", tarball.size, MOST_PACKED],
		["unpacks to", tarball.unpackedSize, MOST_UNPACKED],
	])
		if (bytes > most)
			faults.push(
				`The tarball ${what} ${kilobytes(bytes)}, more than the ${kilobytes(most)} allowed.`,
			);
	return faults.map(fault);
}

/** What package.json has Node and npm look for. */
function entryPaths({ bin, exports }) {
	const paths = [bin, exports].flatMap(leaves);
	return [...new Set(paths.map((path) => posix.normalize(path)))];
}

function leaves(value) {
	return typeof value === "string"
		? [value]
		: Object.values(value ?? {}).flatMap(leaves);
}

/** Files that a page points to, as links or pictures. */
function linksOf(page) {
	const links = [
		...page.matchAll(/\]\(([^)\s]+)[^)]*\)/g),
		...page.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g),
	];
	return new Set(
		links
			.map(([, link]) => link.replace(/#.*/, ""))
			.filter((link) => link !== "" && !/^[a-z]+:/.test(link))
			.map((link) => posix.normalize(link).replace(/\/$/, "")),
	);
}

export function kilobytes(bytes) {
	return `${Math.round(bytes / 1000).toLocaleString("en")} kB`;
}
