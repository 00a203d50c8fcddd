import {
	appendFileSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { type Random, randomBelow } from "../../src/core/random.js";

/** What becomes of a file while it is read. */
export const changes: Record<string, (path: string, random: Random) => void> = {
	"is cut": (path, random) =>
		truncateSync(path, randomBelow(random, readFileSync(path).length)),
	"is cut where a line ends": (path) => {
		const bytes = readFileSync(path);
		const half = bytes.subarray(0, bytes.length >> 1);
		truncateSync(path, half.lastIndexOf(10) + 1);
	},
	grows: (path) => appendFileSync(path, readFileSync(path)),
	"has other content of the same size": (path) =>
		writeFileSync(path, otherBytes(readFileSync(path))),
	"is replaced by one of the same size": (path) => {
		writeFileSync(`${path}.new`, otherBytes(readFileSync(path)));
		renameSync(`${path}.new`, path);
	},
	vanishes: (path) => rmSync(path),
	"becomes a directory": (path) => {
		rmSync(path);
		mkdirSync(path);
	},
};

/** The same texts in another order of letters, as far as that goes. */
function otherBytes(bytes: Buffer): Buffer {
	const other = Buffer.from(bytes);
	for (let i = other.length >> 2; i < other.length; i++)
		if (other[i] >= 97 && other[i] < 122) other[i]++;
	return other;
}
