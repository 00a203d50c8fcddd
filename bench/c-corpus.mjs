// The corpus of bench/build.mjs: 22,000 files of C source of the Linux kernel, 345 MB,
// as JSON Lines (id and text), the same gzipped, and the first 100 MB.
//
//   node bench/c-corpus.mjs
//
// The source is Debian's package linux-source-6.1, fetched by apt-get and kept with the
// corpora in node_modules/.cache. Elsewhere unpack Linux 6.1 and give its directory as
// LINUX_SOURCE. Files of at most 100 kB are taken in the order of a hash of their path.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	closeSync,
	createReadStream,
	createWriteStream,
	existsSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";

const here = fileURLToPath(import.meta.url);
const cache = join(
	dirname(here),
	"../node_modules/.cache/seqpack-bench/c-corpus",
);
const PACKAGE = "linux-source-6.1";
const DOCUMENTS = 22_000;
const LONGEST = 100_000;
const SMALL_BYTES = 100e6;

/**
 * Makes what is not there yet.
 *
 * @returns Paths: `jsonl` and `gzip` of the whole corpus, `small` of its first 100 MB of
 * text. The directory is the caller's to keep more in.
 */
export async function cCorpus() {
	const paths = {
		directory: cache,
		jsonl: join(cache, "c.jsonl"),
		gzip: join(cache, "c.jsonl.gz"),
		small: join(cache, "c-100MB.jsonl"),
	};
	mkdirSync(cache, { recursive: true });
	if (!existsSync(paths.small)) {
		const source = process.env.LINUX_SOURCE ?? debianSource();
		writeLines(paths.jsonl, source, Number.POSITIVE_INFINITY);
		writeLines(paths.small, source, SMALL_BYTES);
		rmSync(join(cache, "source"), { recursive: true, force: true });
	}
	if (!existsSync(paths.gzip)) {
		await pipeline(
			createReadStream(paths.jsonl),
			createGzip(),
			createWriteStream(`${paths.gzip}.partial`),
		);
		renameSync(`${paths.gzip}.partial`, paths.gzip);
	}
	return paths;
}

function writeLines(path, source, mostBytes) {
	const file = openSync(`${path}.partial`, "w");
	let bytes = 0;
	for (const name of names(source)) {
		const text = readFileSync(join(source, name));
		if (bytes + text.length > mostBytes) break;
		bytes += text.length;
		const record = { id: name, text: text.toString("utf8") };
		writeSync(file, `${JSON.stringify(record)}\n`);
	}
	closeSync(file);
	renameSync(`${path}.partial`, path);
}

let found;
function names(source) {
	found ??= readdirSync(source, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith(".c"))
		.map((entry) => join(entry.parentPath ?? entry.path, entry.name))
		.filter((path) => isUsual(readFileSync(path)))
		.map((path) => relative(source, path))
		.sort((a, b) => (sha1(a) < sha1(b) ? -1 : 1))
		.slice(0, DOCUMENTS);
	return found;
}

function isUsual(text) {
	return text.length > 0 && text.length <= LONGEST;
}

/** The unpacked package: a directory of its .c files. */
function debianSource() {
	const work = join(cache, "source");
	rmSync(work, { recursive: true, force: true });
	mkdirSync(work);
	console.error(`fetching ${PACKAGE}`);
	const run = (command, ...args) =>
		execFileSync(command, args, {
			cwd: work,
			stdio: ["ignore", "ignore", "inherit"],
		});
	run("apt-get", "download", PACKAGE);
	const [archive] = readdirSync(work);
	console.error(`unpacking ${archive}`);
	run("dpkg-deb", "-x", archive, ".");
	const tar = join("usr/src", `${PACKAGE}.tar.xz`);
	run("tar", "-xJf", tar, "--wildcards", "*.c");
	return join(work, PACKAGE);
}

function sha1(text) {
	return createHash("sha1").update(text).digest("hex");
}

if (process.argv[1] === here) console.log(await cCorpus());
