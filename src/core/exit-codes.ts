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
		when: "the machine failed (disk full, out of memory), tasks of other processes are not done, or seqpack has a defect",
		advice: "run the same command again",
		scheduler: "try again",
	},
	usage: {
		code: 2,
		means: "wrong use",
		when: "a wrong option or path, options that sound data cannot meet, or an output directory in use; or a task has failed too often",
		advice: "correct the command",
		scheduler: "not try again",
	},
	skipped: {
		code: 3,
		means: "done, and records were skipped",
		when: "records that cannot be used were skipped, as asked (`build`, `finalize`, `compose`); all else is there",
		advice: "look at the list of skipped records, or accept the result",
		scheduler: "go on",
	},
	data: {
		code: 4,
		means: "bad data",
		when: "a record cannot be used; a dataset is not what its manifest says (`verify`), or has errors (`audit`); two datasets differ (`diff`, if it was asked to say so)",
		advice: "correct the data, or have such records skipped",
		scheduler: "not try again",
	},
	interrupted: {
		code: 130,
		means: "stopped by Ctrl-C",
		when: "",
		advice: "run the same command again to resume",
		scheduler: "try again",
	},
	terminated: {
		code: 143,
		means: "stopped by SIGTERM",
		when: "",
		advice: "run the same command again to resume",
		scheduler: "try again",
	},
} as const satisfies Record<string, ExitCode>;

/** The codes with which a scheduler should not try a job again. */
export const permanentCodes: readonly number[] = Object.values(exitCodes)
	.filter(({ scheduler }) => scheduler === "not try again")
	.map(({ code }) => code);
