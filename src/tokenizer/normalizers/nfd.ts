import { formOf } from "./forms.js";

export const nfd = formOf("NFD", { byCharacter: { sortsMarks: true } });
