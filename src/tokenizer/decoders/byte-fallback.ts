import type { ReadDecoder } from "./decoder.js";

/** A byte token. The library reads its number as Rust reads numbers, with a sign. */
const BYTE = /^<0x([0-9A-Fa-f]{2}|\+[0-9A-Fa-f])>$/;

/** Runs of byte tokens become the text that they spell, else a U+FFFD for each byte. */
export const byteFallback: ReadDecoder = ({ type }) => {
	const utf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
	const textOf = (bytes: number[]) => {
		try {
			return [utf8.decode(Uint8Array.from(bytes))];
		} catch {
			return bytes.map(() => "\ufffd");
		}
	};
	return {
		type,
		decode(tokens) {
			const texts: string[][] = [];
			let run: number[] = [];
			const endRun = () => {
				if (run.length > 0) texts.push(textOf(run));
				run = [];
			};
			for (const token of tokens) {
				const byte = BYTE.exec(token);
				if (byte !== null) run.push(Number.parseInt(byte[1], 16));
				else {
					endRun();
					texts.push([token]);
				}
			}
			endRun();
			return texts.flat();
		},
	};
};
