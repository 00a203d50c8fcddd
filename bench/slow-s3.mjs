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
import { join } from "node:path";

const [directory, delay] = process.argv.slice(2);
const files = new Map();
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
	if (method === "HEAD") return send(socket, method, "200 OK", null, file.size);
	const body = Buffer.allocUnsafe(to - from);
	readSync(file.handle, body, 0, body.length, from);
	bytes += body.length;
	send(socket, method, range === null ? "200 OK" : "206 Partial Content", body);
}

function send(socket, method, status, body, size = Buffer.byteLength(body)) {
	socket.cork();
	socket.write(
		`HTTP/1.1 ${status}\r\ncontent-length: ${size}\r\netag: "one"\r\nx-amz-id-2: aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8=\r\nx-amz-request-id: 0123456789ABCDEF\r\ndate: ${new Date().toUTCString()}\r\nlast-modified: Mon, 01 Jan 2024 00:00:00 GMT\r\naccept-ranges: bytes\r\ncontent-type: binary/octet-stream\r\nserver: bench\r\n\r\n`,
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
	const file = { handle, size: fstatSync(handle).size };
	files.set(key, file);
	return file;
}

function list(query) {
	const prefix = query.get("prefix");
	const keys = readdirSync(directory, { recursive: true }).filter(
		(key) => key.startsWith(prefix) && statSync(join(directory, key)).isFile(),
	);
	const contents = keys
		.sort()
		.slice(0, Number(query.get("max-keys")))
		.map(
			(key) =>
				`<Contents><Key>${key}</Key><Size>1</Size><ETag>"one"</ETag></Contents>`,
		);
	return `<R><IsTruncated>false</IsTruncated>${contents.join("")}</R>`;
}

process.on("SIGTERM", () => {
	for (const { handle } of files.values()) closeSync(handle);
	process.exit(0);
});
