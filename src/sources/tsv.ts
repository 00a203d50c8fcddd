import { delimited } from "./delimited/delimited.js";

/** Cells are quoted as those of CSV are, which is how pandas and `datasets` read it. */
export const tsv = delimited("TSV with a header row", [".tsv"], "\t");
