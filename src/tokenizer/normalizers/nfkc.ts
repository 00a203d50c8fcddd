import { formOf } from "./forms.js";

export const nfkc = formOf("NFKC");
