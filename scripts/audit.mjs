// Asks the registry whether anything is known against what users install (`npm audit`). Findings fail; where the
// registry gives no answer, as without a network, that is said, and nothing fails. Where npm itself fails, so does this.
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
const why = whyNoAnswer();
if (found === undefined && why === null) {
	console.error(`npm audit failed: ${error?.message ?? stderr}`);
	process.exitCode = 1;
} else if (found === undefined)
	console.log(
		`Dependencies were not audited: the registry gives no answer (${why}).`,
	);
else if (found.moderate + found.high + found.critical > 0) {
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

/** What the registry, or the way to it, says in place of an answer; null where it is not that. */
function whyNoAnswer() {
	if (error?.code === "ETIMEDOUT") return `none in ${PATIENCE} s`;
	const said = [answer?.message, stderr].join("\n");
	return (
		said.match(
			/\b[45]\d\d [A-Z].*|\b(?:ENOTFOUND|EAI_AGAIN|ECONN[A-Z]+|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b.*/,
		)?.[0] ?? null
	);
}

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
