/** How two are compared. */
export interface Diffing {
	/** Entries of a list, at most. */
	limit: number;
	/** Called once some rows were read. @throws InterruptedError where it is to stop */
	onRows(rows: number): void;
}
