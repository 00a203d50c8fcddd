import type { ReadDecoder } from "./decoder.js";

/** Spaces for what stands for them; in the first token none, where the text got one in front. */
export const metaspace: ReadDecoder = (component) => {
	const replacement = component.character("replacement");
	const scheme = component.choice(
		"prepend_scheme",
		["always", "first", "never"],
		"always",
	);
	if ((component.raw("split") ?? null) !== null) component.flag("split");
	if (
		(component.raw("add_prefix_space") ?? null) !== null &&
		!component.flag("add_prefix_space") &&
		scheme !== "never"
	)
		throw component.refused(
			`its "add_prefix_space" is false, so its "prepend_scheme" has to be "never"`,
		);
	return {
		type: component.type,
		decode: (tokens) =>
			tokens.map((token, i) =>
				token.replaceAll(replacement, i === 0 && scheme !== "never" ? "" : " "),
			),
	};
};
