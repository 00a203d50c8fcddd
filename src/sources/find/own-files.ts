/** Says what an export of seqpack is of, and lists its files: it stands among them, and holds no records. */
export const EXPORT_FILE = "seqpack-export.json";
