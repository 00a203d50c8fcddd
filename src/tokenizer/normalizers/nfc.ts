import { formOf } from "./forms.js";

export const nfc = formOf("NFC", { kernel: "NFC" });
