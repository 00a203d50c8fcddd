// Tries by chance what npm test tries a little of: kills, faults of the machine, spoiled inputs, flipped bits.
//
//   npm run nightly                            every part, with a seed of the day
//   npm run nightly -- fuzz crash              some parts
//   npm run nightly -- fuzz --seed 7 --cases 500
//
// A failure prints the name and number of its case; with the same seed it comes again.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

/** Cases of each part, which is a folder of tests. */
const parts = { crash: 1_000, exhaustion: 1_000, flips: 2_000, fuzz: 100_000 };

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { seed: { type: "string" }, cases: { type: "string" } },
});
const unknown = positionals.find((part) => !Object.hasOwn(parts, part));
if (unknown !== undefined) {
	console.error(
		`There is no part ${unknown}; there are ${Object.keys(parts).join(", ")}.`,
	);
	process.exit(2);
}
const seed =
	values.seed ?? new Date().toISOString().slice(0, 10).replaceAll("-", "");
let failed = 0;
for (const part of positionals.length > 0 ? positionals : Object.keys(parts)) {
	const cases = values.cases ?? String(parts[part]);
	console.log(`${part}: ${cases} cases, seed ${seed}`);
	const { status } = spawnSync(
		process.execPath,
		[
			"node_modules/vitest/vitest.mjs",
			"run",
			"--project",
			"nightly",
			`test/${part}/`,
		],
		{
			stdio: "inherit",
			env: { ...process.env, SEQPACK_CASES: cases, SEQPACK_SEED: seed },
		},
	);
	if (status !== 0) failed++;
}
process.exit(failed > 0 ? 1 : 0);
