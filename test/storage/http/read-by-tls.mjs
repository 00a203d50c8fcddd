// Reads a file by TLS in a process of its own, since what is trusted is read when a process starts.
// Arguments: its URL. Prints what was read as JSON, or the error.
import { leanGet } from "../../../dist/src/storage/http/lean-get.js";
import { readAll } from "../../../dist/src/storage/storage.js";
import { storageAt } from "../../../dist/src/storage/storages.js";

const [path] = process.argv.slice(2);
try {
	const storage = storageAt(path);
	const whole = (await readAll(storage, path)).toString();
	const file = await storage.open(path);
	const part = (await file.read(2, 3)).toString();
	await file.close();
	const lean = [];
	const into = new ArrayBuffer(8);
	if (path.startsWith("https:"))
		for (let at = 0; at < 4; at++) {
			const headers = { range: `bytes=${at}-${at + 2}` };
			const url = new URL(path);
			const answer = await leanGet({ url, headers, into, idle: 5000 });
			lean.push(answer?.body.toString() ?? null);
		}
	console.log(JSON.stringify({ whole, part, lean }));
} catch (error) {
	console.log(JSON.stringify({ code: error.code, message: error.message }));
	process.exitCode = error.exitCode ?? 99;
}
