import { serve } from "../threads/serve.js";
import { type FileToCheck, isAsWritten } from "./check-files.js";

serve<null, [number, FileToCheck], boolean, never>(
	() =>
		([, file]) =>
			isAsWritten(file),
);
