import { registry } from "../core/registry.js";
import type { Engine } from "./engine.js";
import { kubernetes } from "./kubernetes.js";
import { slurm } from "./slurm.js";

/** The process that builds: worker threads, and it waits for them. */
const threads = {
	meaning: "threads of this process, which waits until all is done",
	options: {},
} satisfies Engine;

/** Engines with options as they are; a new one is a file in this folder and a line here. */
export const engineEntries = { threads, slurm, kubernetes };

/** Everything that can run the tasks of a build. */
export const engines = registry<keyof typeof engineEntries, Engine>(
	"executor",
	engineEntries,
);
