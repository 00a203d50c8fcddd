// Makes ahead what tests with other people's programs make where it is not there: virtual environments, and servers
// of Go modules. `.ci/run` has it done beside the long tests, which mostly wait. What cannot be made is told here, and
// is a failure of the test that needs it.
import { environment } from "./environments.mjs";
import { installed, names } from "./s3/servers.mjs";

/** Those of `npm run test:interop` and `npm run test:slurm`. */
const environments = [
	...["light", "vocabularies", "balancing", "streaming", "schedulers"],
];
const made = await Promise.allSettled(environments.map(environment));
for (const { reason } of made)
	if (reason !== undefined) console.error(`not made ahead: ${reason.message}`);
for (const name of names)
	try {
		installed(name);
	} catch (error) {
		console.error(`not made ahead: ${error.message}`);
	}
