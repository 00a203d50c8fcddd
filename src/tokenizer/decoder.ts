import { bytesOfToken } from "./byte-characters.js";

/** A step from tokens to text. */
export type DecoderStep =
	| { type: "ByteLevel" }
	| { type: "ByteFallback" }
	| { type: "Fuse" }
	| { type: "Replace"; from: string; to: string }
	| { type: "Strip"; content: string; start: number; stop: number }
	| { type: "Metaspace"; replacement: string; prefixes: boolean };

interface Component {
	type?: string;
	[key: string]: unknown;
}

/** The steps of a tokenizer.json's decoder, or null where one is not known here. */
export function readDecoder(decoder: unknown): DecoderStep[] | null {
	const component = (decoder ?? {}) as Component;
	const { type } = component;
	if (type === "Sequence") {
		const lists = (component.decoders as unknown[]).map(readDecoder);
		const known = lists.filter((list) => list !== null);
		return known.length === lists.length ? known.flat() : null;
	}
	if (type === "ByteLevel" || type === "ByteFallback" || type === "Fuse")
		return [{ type }];
	const from = (component.pattern as { String?: string } | undefined)?.String;
	if (type === "Replace" && from !== undefined)
		return [{ type, from, to: String(component.content) }];
	if (type === "Strip")
		return [
			{
				type,
				content: String(component.content),
				start: Number(component.start),
				stop: Number(component.stop),
			},
		];
	if (type === "Metaspace") {
		const scheme =
			component.prepend_scheme ??
			(component.add_prefix_space === false ? "never" : "always");
		return [
			{
				type,
				replacement: String(component.replacement),
				prefixes: scheme !== "never",
			},
		];
	}
	return null;
}

/** Applies a decoder's steps to a list of tokens, and joins what comes out. */
export function decodeTokens(
	tokens: string[],
	steps: readonly DecoderStep[],
): string {
	return steps.reduce(applyStep, tokens).join("");
}

function applyStep(tokens: string[], step: DecoderStep): string[] {
	switch (step.type) {
		case "ByteLevel":
			return [utf8(tokens.map(bytesOfToken))];
		case "ByteFallback":
			return decodeBytes(tokens);
		case "Fuse":
			return [tokens.join("")];
		case "Replace":
			return tokens.map((token) => token.replaceAll(step.from, step.to));
		case "Strip":
			return tokens.map((token) => strip(token, step));
		case "Metaspace":
			// Of the first token all are dropped, as in the Rust library.
			return tokens.map((token, i) =>
				token.replaceAll(step.replacement, i === 0 && step.prefixes ? "" : " "),
			);
	}
}

function utf8(parts: Uint8Array[]): string {
	const all = new Uint8Array(
		parts.reduce((length, bytes) => length + bytes.length, 0),
	);
	let at = 0;
	for (const bytes of parts) {
		all.set(bytes, at);
		at += bytes.length;
	}
	return new TextDecoder("utf-8", { ignoreBOM: true }).decode(all);
}

const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Runs of byte tokens become the text that they spell, else a U+FFFD for each byte. */
function decodeBytes(tokens: string[]): string[] {
	const parts: string[] = [];
	let run: number[] = [];
	const endRun = () => {
		if (run.length === 0) return;
		try {
			parts.push(strict.decode(Uint8Array.from(run)));
		} catch {
			parts.push(...run.map(() => "\ufffd"));
		}
		run = [];
	};
	for (const token of tokens) {
		const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
		if (byte !== null) run.push(Number.parseInt(byte[1], 16));
		else {
			endRun();
			parts.push(token);
		}
	}
	endRun();
	return parts;
}

function strip(
	token: string,
	step: { content: string; start: number; stop: number },
): string {
	const characters = [...token];
	let begin = 0;
	while (begin < step.start && characters[begin] === step.content) begin++;
	let end = characters.length;
	while (
		characters.length - end < step.stop &&
		end > begin &&
		characters[end - 1] === step.content
	)
		end--;
	return characters.slice(begin, end).join("");
}
