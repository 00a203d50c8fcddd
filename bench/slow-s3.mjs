// Serves a directory as S3 serves a bucket, each answer so many milliseconds late:
//
//   node bench/slow-s3.mjs DIRECTORY DELAY
//
// Prints its port. Speaks as little of HTTP as is needed, so that what is measured is the client.
import {
	closeSync,
	existsSync,
	fstatSync,
	openSync,
	readdirSync,
	readSync,
	statSync,
} from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";

const [directory, delay] = process.argv.slice(2);
const files = new Map();
/** All objects in the order of their keys, as they were when they were first listed. */
let listed = null;
let requests = 0;
let bytes = 0;

const server = createServer((socket) => {
	socket.setNoDelay(true);
	let head = "";
	socket.on("error", () => socket.destroy());
	socket.on("data", (piece) => {
		head += piece.toString("latin1");
		for (let end = head.indexOf("\r\n\r\n"); end !== -1; ) {
			const request = head.slice(0, end);
			head = head.slice(end + 4);
			end = head.indexOf("\r\n\r\n");
			setTimeout(() => answer(socket, request), Number(delay));
		}
	});
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

function answer(socket, request) {
	const [, method, target] = /^(\w+) (\S+)/.exec(request);
	if (target === "/counts")
		return send(socket, method, "200 OK", JSON.stringify({ requests, bytes }));
	requests++;
	const url = new URL(target, "http://bench");
	const key = decodeURIComponent(url.pathname).replace(/^\/[^/]*\/?/, "");
	if (url.searchParams.has("list-type"))
		return send(socket, method, "200 OK", list(url.searchParams));
	const file = opened(key);
	if (file === null)
		return send(
			socket,
			method,
			"404 Not Found",
			"<Error><Code>NoSuchKey</Code></Error>",
		);
	const range = /\r\nrange: bytes=(\d+)-(\d+)/i.exec(request);
	const from = range === null ? 0 : Number(range[1]);
	const to =
		range === null ? file.size : Math.min(file.size, Number(range[2]) + 1);
	if (method === "HEAD")
		return send(socket, method, "200 OK", null, file.tag, file.size);
	const body = Buffer.allocUnsafe(to - from);
	readSync(file.handle, body, 0, body.length, from);
	bytes += body.length;
	send(
		socket,
		method,
		range === null ? "200 OK" : "206 Partial Content",
		body,
		file.tag,
	);
}

function send(
	socket,
	method,
	status,
	body,
	tag = '"none"',
	size = Buffer.byteLength(body),
) {
	socket.cork();
	socket.write(
		`HTTP/1.1 ${status}\r\ncontent-length: ${size}\r\netag: ${tag}\r\nx-amz-id-2: aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8=\r\nx-amz-request-id: 0123456789ABCDEF\r\ndate: ${new Date().toUTCString()}\r\nlast-modified: Mon, 01 Jan 2024 00:00:00 GMT\r\naccept-ranges: bytes\r\ncontent-type: binary/octet-stream\r\nserver: bench\r\n\r\n`,
	);
	if (method !== "HEAD") socket.write(body);
	socket.uncork();
}

function opened(key) {
	const known = files.get(key);
	if (known !== undefined) return known;
	const path = join(directory, key);
	if (!existsSync(path) || !statSync(path).isFile()) return null;
	const handle = openSync(path, "r");
	const found = fstatSync(handle);
	const file = { handle, size: found.size, tag: tagOf(found) };
	files.set(key, file);
	return file;
}

function list(query) {
	listed ??= readdirSync(directory, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => {
			const path = join(entry.parentPath, entry.name);
			const found = statSync(path);
			const key = relative(directory, path);
			return { key, size: found.size, tag: tagOf(found) };
		})
		.sort((a, b) => (a.key < b.key ? -1 : 1));
	const prefix = query.get("prefix");
	const after = query.get("continuation-token") ?? "";
	const most = Number(query.get("max-keys"));
	const page = [];
	for (let i = firstFrom(after || prefix); i < listed.length; i++) {
		const object = listed[i];
		if (!object.key.startsWith(prefix)) break;
		if (object.key === after) continue;
		page.push(object);
		if (page.length > most) break;
	}
	const isCut = page.length > most;
	if (isCut) page.pop();
	const contents = page.map(
		({ key, size, tag }) =>
			`<Contents><Key>${key}</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>${tag.replaceAll('"', "&quot;")}</ETag><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
	);
	const next = isCut
		? `<NextContinuationToken>${page.at(-1).key}</NextContinuationToken>`
		: "";
	return `<R><IsTruncated>${isCut}</IsTruncated>${next}${contents.join("")}</R>`;
}

/** The number of the first object whose key is no less than another. */
function firstFrom(key) {
	let from = 0;
	let to = listed.length;
	while (from < to) {
		const middle = (from + to) >> 1;
		if (listed[middle].key < key) from = middle + 1;
		else to = middle;
	}
	return from;
}

/** Another one for each content, as long as nothing is written in the same moment. */
function tagOf({ size, mtimeMs, ino }) {
	return `"${ino.toString(16)}-${mtimeMs.toString(16)}-${size.toString(16)}"`;
}

process.on("SIGTERM", () => {
	for (const { handle } of files.values()) closeSync(handle);
	process.exit(0);
});
