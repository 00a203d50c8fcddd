import { delimited } from "./delimited.js";

export const csv = delimited("CSV with a header row", [".csv"], ",");
