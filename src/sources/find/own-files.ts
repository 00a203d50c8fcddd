/** Says what an export of seqpack is of, and lists its files: it stands among them, and holds no records. */
export const EXPORT_FILE = "seqpack-export.json";

/** Lists the spans that composing has put into texts. */
export const INJECTED_FILE = "injected.parquet";

/** Files that seqpack puts beside those that hold records. */
export const OWN_FILES: readonly string[] = [EXPORT_FILE, INJECTED_FILE];
