#!/usr/bin/env node
import { run } from "./program.js";
import { watchStreams } from "./streams.js";

watchStreams();
process.exitCode = await run(process.argv.slice(2));
