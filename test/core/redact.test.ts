import { expect, test } from "vitest";
import { redacted } from "../../src/core/redact.js";

test.each([
	["https://me:word@host/a.jsonl", "https://***@host/a.jsonl"],
	["s3://AKIAABCDEFGHIJKLMNOP:word@bucket/a", "s3://***@bucket/a"],
	[
		"https://h/a?X-Amz-Signature=abc&X-Amz-Date=1&token=x",
		"https://h/a?X-Amz-Signature=***&X-Amz-Date=1&token=***",
	],
	["https://h/a?sv=1&sig=a%2Bb", "https://h/a?sv=1&sig=***"],
	[
		"export AWS_SECRET_ACCESS_KEY=abc; module load nodejs",
		"export AWS_SECRET_ACCESS_KEY=***; module load nodejs",
	],
	["HF_TOKEN=hf_abcdefghijk seqpack", "HF_TOKEN=*** seqpack"],
	["read with hf_abcdefghijklmn", "read with ***"],
	["the key AKIAABCDEFGHIJKLMNOP", "the key ***"],
])("of %s is left: %s", (text, rest) => {
	expect(redacted(text)).toBe(rest);
});

test.each([
	"/data/me@work/a.jsonl",
	"hf://datasets/org/name@main/a.jsonl",
	"s3://bucket/data/a.jsonl",
	'lang == "en" and tokens > 10',
	"the token 12 of the tokenizer tokenizer.json",
])("%s stays", (text) => {
	expect(redacted(text)).toBe(text);
});
