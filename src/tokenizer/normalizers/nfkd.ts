import { formOf } from "./forms.js";

export const nfkd = formOf("NFKD", { byCharacter: { sortsMarks: true } });
