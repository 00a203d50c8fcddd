import picomatch from "picomatch";
import { UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import { compileTree } from "../tokenizer/patterns/find-matches.js";
import { parseJavaScript } from "../tokenizer/patterns/javascript.js";

/** What picomatch is told. */
type GlobOptions = { dot: boolean; basename?: boolean };

/**
 * Says of paths whether a glob matches them, in a time that is linear in the path: picomatch makes an expression of
 * the glob, which JavaScript may never end with.
 * @throws UsageError `bad-glob`
 */
export function globMatcher(
	glob: string,
	options: GlobOptions,
): (path: string) => boolean {
	const { source } = picomatch.makeRe(glob, options);
	try {
		const pattern = withoutPlainEscapes(source);
		const finder = compileTree(parseJavaScript(pattern), pattern)();
		return (path) => {
			const name = options.basename ? path.replace(/^.*\//s, "") : path;
			if (name === glob) return true;
			finder.begin(name);
			return finder.next();
		};
	} catch {
		throw new UsageError(
			"bad-glob",
			`the pattern ${quoted(glob)} cannot be used: give one of *, ?, **, [abc] and {a,b}.`,
		);
	}
}

/** An expression without escapes of what needs none, which the flag u refuses: `\-` is `-`. */
function withoutPlainEscapes(source: string): string {
	return source.replace(/\\(.)/gsu, (whole, of: string) =>
		/[-\w\s]|[^\p{ASCII}]|[!"#%&',:;<=>@`~]/u.test(of) &&
		!/[bBdDsSwWfnrtv0-9]/.test(of)
			? of === "-"
				? "\\x2d"
				: of
			: whole,
	);
}
