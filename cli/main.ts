#!/usr/bin/env node
import { watchStreams } from "./streams.js";
import { watchErrors } from "./unforeseen.js";

watchStreams();
watchErrors();
// What is wrong while modules are loaded is told like all else.
const { run } = await import("./program.js");
process.exitCode = await run(process.argv.slice(2));
