/** What views need besides a row. */
export interface ViewOptions {
	/** Tokens of the row with padding; default without. */
	rowLength?: number | undefined;
	/** The token to pad with; default 0. */
	padId?: number | undefined;
}
