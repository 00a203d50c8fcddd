#!/usr/bin/env node
import { failWith } from "./fail.js";
import { watchStreams } from "./streams.js";
import { watchErrors } from "./unforeseen.js";

watchStreams();
watchErrors();
try {
	// Where too few files may be open, what is imported cannot be read.
	const { run } = await import("./program.js");
	process.exitCode = await run(process.argv.slice(2));
} catch (error) {
	process.exitCode = failWith(error);
}
