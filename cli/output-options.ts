import { flag, grouped } from "../src/core/option.js";
import { withoutSlashes } from "../src/core/text.js";

/** What is printed; options of the command alone. */
export const outputTable = grouped("Output", {
	json: flag({ default: false, help: "print the result as JSON on stdout" }),
	quiet: flag({ default: false, help: "print nothing but errors" }),
});

/** A directory as it is given, without slashes at its end. */
export function directory(path: string): string {
	// Those after a colon are the beginning of a URL.
	return withoutSlashes(path);
}
