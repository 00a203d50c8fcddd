import { delimited } from "./delimited/delimited.js";

export const csv = delimited("CSV with a header row", [".csv"], ",");
