import type { CompressionCodec } from "hyparquet";
import { type Codec, type CodecName, loadCodec } from "../columns/codecs.js";
import { faults } from "./faults.js";

const codecNames: Partial<Record<CompressionCodec, CodecName>> = {
	SNAPPY: "snappy",
	GZIP: "gzip",
	BROTLI: "brotli",
	ZSTD: "zstd",
	LZ4: "lz4Hadoop",
	LZ4_RAW: "lz4",
};

/** The codec of a column. @throws BadInput */
export async function codecOf(codec: CompressionCodec): Promise<Codec> {
	if (codec === "UNCOMPRESSED") return (bytes) => bytes;
	const name = codecNames[codec];
	if (name === undefined)
		throw faults.corrupt(
			`it is compressed by ${codec}, which seqpack cannot read`,
		);
	return loadCodec(name);
}
