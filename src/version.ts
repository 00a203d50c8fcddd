import { readFileSync } from "node:fs";
import { parseJson } from "./core/json.js";

/** The version of this package. */
export const version: string = findVersion();

function findVersion(): string {
	// From src/ and from dist/src/ alike.
	for (const up of ["../package.json", "../../package.json"]) {
		try {
			const json = parseJson(
				readFileSync(new URL(up, import.meta.url), "utf8"),
			);
			if (json.name === "seqpack") return json.version;
		} catch {}
	}
	throw new Error("package.json of seqpack is not where it belongs");
}
