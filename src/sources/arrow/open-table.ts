import {
	CompressionType,
	compressionRegistry,
	type FileHandle,
	Message,
	RecordBatchReader,
} from "apache-arrow";
import { roundUp } from "../../core/arithmetic.js";
import { damageOf } from "../../core/errors.js";
import type { ReadableFile } from "../../storage/storage.js";
import { loadCodec } from "../columns/codecs.js";
import {
	BadInput,
	type InputFile,
	type OpenTable,
	type ReadableStorage,
} from "../source.js";
import { LENGTH_SIZE, statedLength } from "./body.js";
import {
	type Contents,
	hasMagic,
	MAGIC_SIZE,
	messageAt,
	readContents,
} from "./contents.js";
import { faults } from "./faults.js";

const LONGEST_MESSAGE = 2 ** 31 - 1;

/** Opens a file or a stream with all its columns, which are read a batch at a time. @throws BadInput */
export async function openTable(
	storage: ReadableStorage,
	file: InputFile,
): Promise<OpenTable> {
	const opened = await storage.open(file.path);
	try {
		const contents = await readContents(opened, file.size, Infinity);
		if (contents.damage !== null) throw faults.lostRest(contents.damage);
		if (contents.batches.some(({ isCompressed }) => isCompressed))
			await registerCodecs();
		const schema = await reading("its columns cannot be read: ", async () => {
			const messages = messagesOf(opened, file.size, contents, 0);
			const reader = await RecordBatchReader.from(messages);
			await reader.open();
			return reader.schema;
		});
		return {
			schema,
			async *batches() {
				const { length } = contents.batches;
				if (length === 0) return;
				const messages = messagesOf(opened, file.size, contents, length);
				const reader = await reading("", () =>
					RecordBatchReader.from(messages),
				);
				for (const { rows } of contents.batches) {
					const { value } = await reading("", () => reader.next());
					if (value?.numRows !== rows)
						throw faults.corrupt("a batch is not what it was before");
					if (rows > 0) yield value;
				}
			},
			close: () => opened.close(),
		};
	} catch (error) {
		await opened.close();
		throw error;
	}
}

/** What apache-arrow cannot read is damaged, or of a type that it does not know. */
async function reading<T>(what: string, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		if (error instanceof BadInput) throw error;
		throw faults.corrupt(what + damageOf(error));
	}
}

/** The messages of a file as a stream has them: the schema, then some batches, each after its dictionaries. */
async function* messagesOf(
	file: ReadableFile,
	size: number,
	{ dictionaries, batches }: Contents,
	count: number,
): AsyncGenerator<Uint8Array> {
	async function message(position: number): Promise<Uint8Array> {
		const { next } = await messageAt(file, position, size);
		if (next - position > LONGEST_MESSAGE)
			throw new BadInput(
				"corrupt-arrow",
				`a batch has ${next - position} bytes, more than the ${LONGEST_MESSAGE} that can be read at once. Write the file with smaller batches`,
			);
		return file.read(position, next - position);
	}
	yield await schemaMessage(file, size);
	let given = 0;
	for (const { position, dictionaries: needed } of batches.slice(0, count)) {
		for (; given < needed; given++) yield await message(dictionaries[given]);
		yield await message(position);
	}
}

/** The message that a stream begins with. */
async function schemaMessage(
	file: ReadableFile,
	size: number,
): Promise<Uint8Array> {
	const isFile = await hasMagic(file);
	const start = isFile ? MAGIC_SIZE : 0;
	const first = await firstMessage(file, start, size, isFile);
	if (first !== null) return file.read(start, first.next - start);
	// Not all writers begin a file as a stream: apache-arrow leaves the schema to the footer.
	const reader = await RecordBatchReader.from(handleOf(file, size));
	await reader.open();
	const encoded = Message.encode(Message.from(reader.schema));
	const length = roundUp(encoded.length, 8);
	const bytes = Buffer.alloc(8 + length);
	bytes.writeInt32LE(-1, 0);
	bytes.writeInt32LE(length, 4);
	bytes.set(encoded, 8);
	return bytes;
}

/** What a stream begins with; null of a file whose footer alone has the schema. @throws BadInput */
async function firstMessage(
	file: ReadableFile,
	start: number,
	size: number,
	isFile: boolean,
): Promise<{ next: number } | null> {
	try {
		const found = await messageAt(file, start, size);
		return "schema" in found.message || !isFile ? found : null;
	} catch (error) {
		if (isFile && error instanceof BadInput) return null;
		throw error;
	}
}

/** A file as apache-arrow reads one at random: with as much of Node's handle as it asks for. */
function handleOf(file: ReadableFile, size: number): FileHandle {
	return {
		fd: -1,
		stat: async () => ({ size }),
		async read(into: Uint8Array, at: number, length: number, from: number) {
			const buffer = await file.read(from, length);
			if (buffer.length === 0) throw new Error("the file has become shorter");
			into.set(buffer, at);
			return { bytesRead: buffer.length, buffer: into };
		},
		close: async () => {},
	} as unknown as FileHandle;
}

/** Tells apache-arrow how to decompress, unless somebody has done so. */
async function registerCodecs(): Promise<void> {
	for (const [type, name] of [
		[CompressionType.LZ4_FRAME, "lz4Frame"],
		[CompressionType.ZSTD, "zstd"],
	] as const) {
		if (compressionRegistry.get(type)?.decode) continue;
		const decompress = await loadCodec(name);
		compressionRegistry.set(type, {
			decode(stored) {
				const { buffer, byteOffset } = stored;
				const length = new DataView(buffer, byteOffset - LENGTH_SIZE);
				// Into memory of its own, which begins where numbers may.
				return Uint8Array.from(decompress(stored, statedLength(length)));
			},
		});
	}
}
