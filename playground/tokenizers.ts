import {
	ByteTokenizer,
	DataError,
	SeqpackError,
	type Tokenizer,
	tokenizerFromFile,
} from "seqpack/tokenizer";

/** A tokenizer, or why there is none. */
export interface Chosen {
	tokenizer: Tokenizer | null;
	fault: unknown;
}

/** Bytes of a file that the page opens. */
const MOST_BYTES = 64 * 2 ** 20;

const opened = new Map<string, Chosen>([
	["bytes", { tokenizer: new ByteTokenizer(), fault: null }],
]);
const noFile: Chosen = {
	tokenizer: null,
	fault: new DataError("no-file", "Choose the tokenizer's file."),
};

/** The tokenizer of a name; null while it is being fetched, and `ready` is called then. */
export function tokenizerOf(name: string, ready: () => void): Chosen | null {
	const known = opened.get(name);
	if (known !== undefined) return known;
	if (name !== "sample") return noFile;
	void fetch("tokenizer.json")
		.then(async (answer) => {
			if (!answer.ok)
				throw new DataError("no-file", "The sample tokenizer is not there.");
			opened.set(
				"sample",
				open(new Uint8Array(await answer.arrayBuffer()), "tokenizer.json"),
			);
		})
		.catch((fault: unknown) => {
			opened.set("sample", { tokenizer: null, fault });
		})
		.then(ready);
	return null;
}

/** Opens a file of the user's; it replaces the one before. */
export async function openFile(file: File): Promise<void> {
	opened.set(
		"file",
		file.size > MOST_BYTES
			? {
					tokenizer: null,
					fault: new DataError(
						"too-large",
						`${file.name} has ${Math.ceil(file.size / 2 ** 20)} MB, and the page opens 64: is it a tokenizer's file?`,
					),
				}
			: open(new Uint8Array(await file.arrayBuffer()), file.name),
	);
}

function open(bytes: Uint8Array, name: string): Chosen {
	try {
		return { tokenizer: tokenizerFromFile(bytes, { name }), fault: null };
	} catch (fault) {
		if (!(fault instanceof SeqpackError)) throw fault;
		return { tokenizer: null, fault };
	}
}
