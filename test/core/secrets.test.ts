import { expect, test } from "vitest";
import { DataError } from "../../src/core/errors.js";
import { noticesUpTo } from "../../src/core/notices.js";
import { hideSecret, redacted, redactedJson } from "../../src/core/secrets.js";

test.each([
	["https://me:word@host/a.jsonl", "https://host/a.jsonl"],
	["s3://AKIAABCDEFGHIJKLMNOP:word@bucket/a", "s3://bucket/a"],
	[
		"https://h/a?X-Amz-Signature=abc&X-Amz-Date=1&token=x",
		"https://h/a?X-Amz-Date=1",
	],
	["https://h/a?sv=1&sig=a%2Bb", "https://h/a?sv=1"],
	[
		"export AWS_SECRET_ACCESS_KEY=abc; module load nodejs",
		"export AWS_SECRET_ACCESS_KEY=***; module load nodejs",
	],
	["HF_TOKEN=hf_abcdefghijk seqpack", "HF_TOKEN=*** seqpack"],
	["lang=en,token=abc", "lang=en,token=***"],
	[`${"x".repeat(100)}_TOKEN=abc`, `${"x".repeat(100)}_TOKEN=***`],
	["read with hf_abcdefghijklmn", "read with ***"],
	["the key AKIAABCDEFGHIJKLMNOP", "the key ***"],
	["Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"],
	["authorization: basic bWU6d29yZA==", "authorization: basic ***"],
	[
		"AWS4-HMAC-SHA256 Credential=me/20261128/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0123",
		"AWS4-HMAC-SHA256 Credential=***, SignedHeaders=host, Signature=***",
	],
])("of %s is left: %s", (text, rest) => {
	expect(redacted(text)).toBe(rest);
	expect(redacted(rest)).toBe(rest);
	expect(new DataError("x", text).message).toBe(rest);
	expect(redactedJson({ a: [text] })).toBe(JSON.stringify({ a: [rest] }));
	noticesUpTo("info", (notice) => expect(notice).toBe(rest))(text, "info");
});

test.each([
	"/data/me@work/a.jsonl",
	"hf://datasets/org/name@main/a.jsonl",
	"s3://bucket/data/a.jsonl",
	'lang == "en" and tokens > 10',
	'key=="en"',
	"the token 12 of the tokenizer tokenizer.json",
	"a basic tokenizer of the bearer",
])("%s stays", (text) => {
	expect(redacted(text)).toBe(text);
});

test("a credential that was used is left out wherever it stands, and a short word is not", () => {
	hideSecret("correct horse");
	hideSecret("battery");
	hideSecret(undefined);
	expect(redacted('he said "correct horse" and battery')).toBe(
		'he said "***" and battery',
	);
});

test.each([
	["letters", "a"],
	["words and points", "a."],
	["hyphens", "a-"],
	["ends of names", "token"],
	["schemes", "a://"],
	["at", "a://@"],
	["queries", "a://b?c=d&"],
	["tokens", "hf_"],
	["headers", "bearer "],
	["spaces", "bearer      "],
])("it takes a time that is linear in the text: %s", (_, part) => {
	const timeOf = (length: number) => {
		const text = part.repeat(length / part.length);
		const begun = process.cpuUsage();
		redacted(text);
		return process.cpuUsage(begun).user / 1000;
	};
	timeOf(1000);
	// What is quadratic takes a minute and more.
	expect(timeOf(1_000_000)).toBeLessThan(2000);
});
