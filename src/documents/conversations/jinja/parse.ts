import { parse, tokenize } from "@huggingface/jinja";
import type { Node } from "./scope.js";
import { TemplateError } from "./values.js";

/** A call block of this name stands for `{% generation %}` in syntax trees. */
export const GENERATION = "seqpack_generation";

/**
 * The syntax tree of a template, by `@huggingface/jinja`, which transformers' settings for
 * white space are built into; and whether it has `{% generation %}`.
 * @throws TemplateError for what is no template, or what of Jinja is not supported
 */
export function parseTemplate(source: string): {
	tree: Node;
	marksGeneration: boolean;
} {
	let marksGeneration = false;
	const text = source
		.replace(/\r\n?/g, "\n")
		.replace(
			/\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/g,
			(_, before: string, end: string | undefined, after: string) => {
				marksGeneration = true;
				return `{%${before} ${end === undefined ? `call ${GENERATION}()` : "endcall"} ${after}%}`;
			},
		);
	try {
		const tokens = tokenize(text, { lstrip_blocks: true, trim_blocks: true });
		refuseChains(tokens);
		return { tree: parse(tokens), marksGeneration };
	} catch (error) {
		if (error instanceof TemplateError) throw error;
		throw new TemplateError(
			`it is no template that can be read: ${(error as Error).message}`,
		);
	}
}

/** `a < b < c` means something else to the library than to Jinja. */
function refuseChains(tokens: readonly { type: string; value: string }[]) {
	const compared = [false];
	for (const [i, { type, value }] of tokens.entries()) {
		const last = compared.length - 1;
		if (/^Open(Paren|SquareBracket|CurlyBracket)$/.test(type))
			compared.push(false);
		else if (/^Close(Paren|SquareBracket|CurlyBracket)$/.test(type))
			compared.pop();
		else if (/^(Open|Close)(Statement|Expression)$/.test(type))
			compared.splice(0, compared.length, false);
		else if (/^(Comma|Colon|Equals)$/.test(type)) compared[last] = false;
		else if (
			type === "Identifier" &&
			["and", "or", "if", "else", "not"].includes(value) &&
			tokens[i + 1]?.value !== "in"
		)
			compared[last] = false;
		else if (
			type === "ComparisonBinaryOperator" ||
			(type === "Identifier" && value === "in" && !isLoop(i))
		) {
			if (compared[last])
				throw new TemplateError(
					"comparisons that follow each other (a < b < c) are not supported",
				);
			compared[last] = true;
		}
	}

	function isLoop(at: number): boolean {
		for (let i = at; i > 0; i--)
			if (tokens[i].type === "OpenStatement")
				return (
					tokens[i + 1].value === "for" &&
					!tokens
						.slice(i + 1, at)
						.some(({ value, type }) => type === "Identifier" && value === "in")
				);
		return false;
	}
}
