// Packs lengths once by best-fit-decreasing; prints JSON as pack-peers.py does:
//
//   node bench/pack-once.mjs FILE CAPACITY        FILE holds int32 lengths
import { readFileSync } from "node:fs";
import { pack } from "seqpack";

const [file, capacity] = process.argv.slice(2);
const { buffer, byteOffset, byteLength } = readFileSync(file);
const lengths = new Int32Array(buffer, byteOffset, byteLength / 4);
const held = peakBytes();
const worked = process.cpuUsage();
const began = performance.now();
const { packOffsets } = pack(lengths, Number(capacity));
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(worked);
console.log(
	JSON.stringify([
		{
			name: "best-fit-decreasing",
			packs: packOffsets.length - 1,
			seconds,
			processor: (user + system) / 1e6,
			bytes: peakBytes() - held,
		},
	]),
);

/** The most memory that this process has had. */
function peakBytes() {
	const status = readFileSync("/proc/self/status", "utf8");
	return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)[1]);
}
