import { expect, test } from "vitest";
import { decodeMessage } from "../../src/tables/arrow-message.js";
import {
	encodeOneBatch,
	schemaMessage,
} from "../../src/tables/arrow-stream.js";
import type { Schema } from "../../src/tables/columns.js";

const schema: Schema = [
	{ name: "ids", type: "list<int32>" },
	{ name: "name", type: "string" },
];

/** The metadata of messages: of a schema, and of a batch after it. */
function metadataOf(bytes: Uint8Array, position: number): Uint8Array {
	const length = Buffer.from(bytes).readInt32LE(position + 4);
	return bytes.subarray(position + 8, position + 8 + length);
}

const stream = encodeOneBatch(
	{
		rows: 2,
		columns: {
			ids: {
				type: "list<int32>",
				values: Int32Array.of(1, 2, 3),
				offsets: Int32Array.of(0, 1, 3),
			},
			name: { type: "string", values: ["a", null] },
		},
	},
	schema,
);

test.each([
	["a schema", metadataOf(stream, 0)],
	["a batch", metadataOf(stream, schemaMessage(schema).length)],
])("every bit of %s that changes is harmless or told, at once", (_, sound) => {
	expect(() => decodeMessage(sound, 1000)).not.toThrow();
	for (let bit = 0; bit < sound.length * 8; bit++) {
		const changed = Uint8Array.from(sound);
		changed[bit >> 3] ^= 1 << (bit & 7);
		try {
			decodeMessage(changed, 1000);
		} catch (error) {
			expect((error as Error).message).toMatch(/^(it|a message of it) /);
		}
	}
});

test("a body that is longer than the file is told", () => {
	const batch = metadataOf(stream, schemaMessage(schema).length);
	expect(() => decodeMessage(batch, 8)).toThrow("it ends within its rows");
});
