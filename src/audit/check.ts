import type { AuditContext, Need } from "./context.js";
import type { AuditKind } from "./kind.js";
import type { AuditRow } from "./row.js";

/** An error makes a model train on what it should not, or not on what it should; a warning is waste, or a risk. */
export type Severity = "error" | "warning";

/** What a check has found. */
export interface Finding {
	/** A name from `checks`. */
	check: string;
	severity: Severity;
	/** How often it is so, of how many. */
	count: number;
	of: number;
	/** What is wrong and what follows from it. */
	sentence: string;
	/** The first places. */
	places: string[];
}

/** What a check says at the end; severity left out: the check's. */
export type Found = Omit<Finding, "check" | "severity"> & {
	severity?: Severity;
};

/** A look at one dataset, for one kind of defect. */
export interface Auditor {
	row?(row: AuditRow): void;
	/** Told of what cannot be read. */
	unusable?(place: string, sentence: string): void;
	/** Null where nothing is wrong. */
	finish(): Found | null;
}

/** Looks for one kind of defect. A new one is a file in `checks/` and a line in `checks.ts`. */
export interface Check {
	/** What is wrong where it finds something. */
	meaning: string;
	severity: Severity;
	/** What it cannot do without. */
	needs?: readonly Need[];
	/** Whether datasets of a kind can have the defect; left out: of any. */
	isOf?(kind: AuditKind): boolean;
	/** Null where nothing can be said. */
	begin(context: AuditContext): Auditor | null;
}
