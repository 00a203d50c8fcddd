import picomatch from "picomatch";
import { expect, test } from "vitest";
import { globMatcher } from "../../src/storage/globs.js";

const paths = [
	"a",
	"a.txt",
	".a",
	"a/b.txt",
	"a/.b/c.jsonl",
	"x/y/z.jsonl.gz",
	"a-b_c1.gz",
	"file2.txt",
	"é.txt",
	"a b.txt",
	"(a)",
	"[a]",
	"a\nb",
	"aab",
	"b",
];

test.each([
	"*",
	"**",
	"*.txt",
	"**/*.jsonl",
	"x/**",
	"**/y/*",
	"a-b_c?.gz",
	"{a,b}",
	"{a,x}/**/*.{txt,gz}",
	"file{1..3}.txt",
	"[a-c]*",
	"[!a]*",
	"[[:alpha:]]*",
	"!(a)",
	"@(a|b)",
	"+(a)b",
	"*(a|b)",
	"?(a)b",
	"é*",
	"a b*",
	"\\(a\\)",
	"[[]a]",
	"!a",
	".*",
	"*/",
	"a\\-b*",
	"a+b",
	"a@b&c=d,e;f%g~h!i'j\"k#l",
])("%j matches what picomatch says", (glob) => {
	for (const options of [
		{ dot: true },
		{ dot: false },
		// Names alone are compared with what has no slash.
		...(glob.includes("/") ? [] : [{ dot: true, basename: true }]),
	]) {
		const matches = globMatcher(glob, options);
		const due = picomatch(glob, options);
		for (const path of [...paths, glob])
			expect(matches(path), JSON.stringify([path, options])).toBe(due(path));
	}
});

test.each([
	`${"*a".repeat(20)}b`,
	`${"**/".repeat(20)}b`,
	"+(+(a)|+(a))b",
	`${"?(a)".repeat(60)}${"a".repeat(60)}b`,
	`${"{a,aa}".repeat(8)}b`,
])("%s ends", (glob) => {
	const begun = process.cpuUsage();
	for (const path of ["a".repeat(250), "a/".repeat(125)])
		try {
			globMatcher(glob, { dot: true })(path);
		} catch (error) {
			expect(error).toMatchObject({ code: "bad-glob" });
		}
	expect(process.cpuUsage(begun).user).toBeLessThan(5e6);
});
