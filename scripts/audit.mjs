// Asks the registry whether anything is known against what users install (`npm audit`). Findings fail; where the
// registry gives no answer, as without a network, that is said, and nothing fails.
import { spawnSync } from "node:child_process";

/** Seconds that an answer is waited for. */
const PATIENCE = 15;
const FROM = "moderate";

const { stdout, stderr, error } = spawnSync(
	"npm",
	[
		...["audit", "--json", "--omit=dev", `--audit-level=${FROM}`],
		...["--fetch-retries=0", `--fetch-timeout=${PATIENCE * 1000}`],
	],
	{ encoding: "utf8", timeout: (PATIENCE + 5) * 1000 },
);
const answer = parsed(stdout);
const found = answer?.metadata?.vulnerabilities;
if (found === undefined) {
	const [said] = stderr?.match(/\b(?:\d{3} [A-Z].*|E[A-Z]{4,}.*)/) ?? [];
	const why = error?.message ?? answer?.message ?? said ?? "nothing was said";
	console.log(
		`Dependencies were not audited: the registry gives no answer (${why.split("\n")[0]}).`,
	);
} else if (found.moderate + found.high + found.critical > 0) {
	for (const [name, { severity, range }] of Object.entries(
		answer.vulnerabilities,
	))
		console.error(`${name} ${range}: ${severity}`);
	console.error("Run npm audit for more, and raise what is pinned.");
	process.exitCode = 1;
} else
	console.log(
		`Nothing is known against the ${answer.metadata.dependencies?.prod ?? "installed"} dependencies.`,
	);

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
