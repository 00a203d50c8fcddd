import { createGunzip } from "node:zlib";
import { optionName } from "../core/errors.js";
import { shortened } from "../core/text.js";
import type { Compression } from "./compression.js";
import { BadInput } from "./source.js";

export const gzip: Compression = {
	extension: ".gz",
	signature: (head) => head[0] === 0x1f && head[1] === 0x8b,
	// What text usually comes to.
	ratio: 4,
	readSize: 1 << 18,
	reasons: {
		"truncated-gzip": "the gzip data ends too early",
		"corrupt-gzip": "the gzip data is damaged, or not gzip",
	},

	/**
	 * Drives zlib one piece at a time, so that memory is bounded and what comes out
	 * before an error does not depend on timing.
	 */
	async *decompress(pieces, size) {
		const inflate = createGunzip({ chunkSize: size });
		let ready: Buffer[] = [];
		let failure: NodeJS.ErrnoException | null = null;
		inflate.on("data", (piece: Buffer) => ready.push(piece));
		inflate.on("error", (error) => {
			failure = error;
		});
		const closed = new Promise<void>((resolve) => inflate.on("close", resolve));
		const take = () => {
			const pieces = ready;
			ready = [];
			return pieces;
		};
		try {
			for await (const piece of pieces) {
				// After an error zlib closes, and never says that it has taken the piece.
				const taken = new Promise<void>((resolve) => {
					inflate.write(piece, () => resolve());
				});
				await Promise.race([taken, closed]);
				yield* take();
				if (failure) throw badGzip(failure);
			}
			inflate.end();
			await closed;
			yield* take();
			if (failure) throw badGzip(failure);
		} finally {
			inflate.destroy();
		}
	},
};

function badGzip(error: NodeJS.ErrnoException): BadInput {
	const skip = `give ${optionName("onError", "skip")} to use the records before this place`;
	return error.code === "Z_BUF_ERROR"
		? new BadInput(
				"truncated-gzip",
				`the gzip data ends too early: the file was cut short. Fetch it again, or ${skip}`,
			)
		: new BadInput(
				"corrupt-gzip",
				`the gzip data is damaged or not gzip (${shortened(error.message)}). Fetch the file again, or ${skip}`,
			);
}
