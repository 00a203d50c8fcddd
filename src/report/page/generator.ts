/** Tells in a page that it is a report of seqpack. */
export const GENERATOR = '<meta name="generator" content="seqpack report">';
