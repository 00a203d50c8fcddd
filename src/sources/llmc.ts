import type { InputFile, ReadableStorage, SourceFormat } from "./source.js";
import { eosNotice, partedByEos, type TokenStream } from "./tokens/by-eos.js";
import { tokenReasons, wrongSize } from "./tokens/faults.js";
import { eosId } from "./tokens/options.js";
import { type TokenType, tokenTypes } from "./tokens/token-type.js";

/** Bytes of the head: 256 numbers of four bytes, of which the first three mean something. */
const HEAD = 1024;

/** What the first two numbers of the head say the tokens are. */
const kinds: readonly { magic: number; version: number; type: TokenType }[] = [
	{ magic: 20240520, version: 1, type: "uint16" },
	{ magic: 20240801, version: 7, type: "uint32" },
];

const options = { eosId };

/** Shards of llm.c and modded-nanogpt: a head, then token ids. The id between documents begins each. */
export const llmc: SourceFormat & { options: typeof options } = {
	title: "token ids of llm.c",
	extensions: [".bin"],
	content: "tokens",
	signature: (head) => kindOf(head) !== null,
	mayBe: (head) => kindOf(head) !== null,
	compressible: false,
	options,
	fields: { text: "tokens", id: "id", fixed: true },
	reasons: tokenReasons,
	describePlace: (path, document) => `${path}, document ${document}`,
	notice: eosNotice,
	...partedByEos({ begins: true, stream }),
};

function kindOf(head: Buffer) {
	if (head.length < 12) return null;
	const magic = head.readInt32LE(0);
	const version = head.readInt32LE(4);
	return (
		kinds.find((kind) => kind.magic === magic && kind.version === version) ??
		null
	);
}

async function stream(
	storage: ReadableStorage,
	{ path, size }: InputFile,
): Promise<TokenStream> {
	const none = { offset: HEAD, type: "uint16", tokens: 0 } as const;
	if (size === 0) return { ...none, fault: null };
	const file = await storage.open(path);
	try {
		const head = await file.read(0, HEAD);
		const kind = kindOf(head);
		if (kind === null || size < HEAD)
			return {
				...none,
				fault: wrongSize(
					`the file does not begin with ${HEAD} bytes of a head that llm.c writes`,
				),
			};
		const { type } = kind;
		const { width } = tokenTypes[type];
		const said = head.readInt32LE(8);
		const due = HEAD + width * said;
		return {
			offset: HEAD,
			type,
			tokens: Math.max(0, Math.min(said, Math.floor((size - HEAD) / width))),
			fault:
				due === size
					? null
					: wrongSize(
							`the file's head says that it has ${said} tokens, which come to ${due} bytes, and it has ${size}`,
						),
		};
	} finally {
		await file.close();
	}
}
