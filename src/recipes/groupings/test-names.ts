/** What a file's name says of it. */
export interface NamedFile {
	isTest: boolean;
	/** The name without its ending and what says that it is a test, in small letters. */
	stem: string;
	/** Its ending, in small letters. */
	ending: string;
}

/** What names of tests begin or end with, before the ending: one or more are taken off. */
const PREFIX = /^tests?[_.-]+|^Tests?(?=[A-Z])/;
const SUFFIX =
	/[_.-]+(?:tests?|specs?)$|(?<=[a-z0-9])(?:Tests?|Specs?|TestCase)$/;

/** Reads a file's name: `test_x.py`, `x_test.go`, `XTest.java`, `x.spec.ts` are tests of `x`. */
export function readFileName(path: string): NamedFile {
	const name = path.slice(path.lastIndexOf("/") + 1);
	const dot = name.lastIndexOf(".");
	const whole = dot <= 0 ? name : name.slice(0, dot);
	const ending = dot <= 0 ? "" : name.slice(dot).toLowerCase();
	let stem = whole.replace(PREFIX, "");
	stem = stem.replace(SUFFIX, "");
	const isTest = stem !== whole && stem !== "";
	return { isTest, stem: (isTest ? stem : whole).toLowerCase(), ending };
}

/** Twice the longest common subsequence over both lengths: 1 for equal names, 0 for names that share nothing. */
export function similarity(a: string, b: string): number {
	if (a.length + b.length === 0) return 1;
	const row = new Uint16Array(b.length + 1);
	for (let i = 0; i < a.length; i++) {
		let diagonal = 0;
		for (let j = 0; j < b.length; j++) {
			const above = row[j + 1];
			row[j + 1] = a[i] === b[j] ? diagonal + 1 : Math.max(above, row[j]);
			diagonal = above;
		}
	}
	return (2 * row[b.length]) / (a.length + b.length);
}
