/** What the command can end with. */
export interface ExitCode {
	code: number;
	/** In a few words. */
	means: string;
	/** When it comes, where that says more. */
	when: string;
	/** What to do then. */
	advice: string;
	/** What a scheduler should do with a job that ends so. */
	scheduler: "go on" | "try again" | "not try again";
}

/** Scripts and schedulers go by the numbers: none ever changes what it means. */
export const exitCodes = {
	done: {
		code: 0,
		means: "done",
		when: "",
		advice: "",
		scheduler: "go on",
	},
	failed: {
		code: 1,
		means: "failed, and can be tried again",
		when: "the machine failed (disk full, out of memory), tasks that others run are not done, or there is a defect in seqpack",
		advice: "run the same command again",
		scheduler: "try again",
	},
	usage: {
		code: 2,
		means: "wrong use",
		when: "an option, or options that sound data cannot meet; a path, an output directory in use; a task that has failed as often as it may",
		advice: "mend the command",
		scheduler: "not try again",
	},
	skipped: {
		code: 3,
		means: "done, and records were skipped",
		when: "what cannot be used was to be skipped (`build`, `finalize`, `compose`): all else is there",
		advice: "look at the list of skipped records, or take it as done",
		scheduler: "go on",
	},
	data: {
		code: 4,
		means: "bad data",
		when: "a record that cannot be used; a dataset that is not what its manifest says (`verify`), or has errors (`audit`); two that differ (`diff`, where it is asked to say so)",
		advice: "mend the data, or have such records skipped",
		scheduler: "not try again",
	},
	interrupted: {
		code: 130,
		means: "stopped by Ctrl-C",
		when: "",
		advice: "run the same command to go on",
		scheduler: "try again",
	},
	terminated: {
		code: 143,
		means: "stopped by SIGTERM",
		when: "",
		advice: "run the same command to go on",
		scheduler: "try again",
	},
} as const satisfies Record<string, ExitCode>;

/** The codes with which a scheduler should not try a job again. */
export const permanentCodes: readonly number[] = Object.values(exitCodes)
	.filter(({ scheduler }) => scheduler === "not try again")
	.map(({ code }) => code);
