import { once } from "node:events";
import { createGzip } from "node:zlib";

/** Writes what it is given as one member of a gzip file, none where it is given nothing. */
export function gzipInto(write: (bytes: Uint8Array) => Promise<void>): {
	write(bytes: Uint8Array): Promise<void>;
	end(): Promise<void>;
} {
	const gzip = createGzip({ level: 6 });
	let isEmpty = true;
	const pumping = (async () => {
		for await (const chunk of gzip) await write(chunk as Buffer);
	})();
	// Whoever writes next, or ends, is told of a failure.
	pumping.catch(() => {});
	return {
		async write(bytes) {
			isEmpty = false;
			// It is compressed later, when the bytes may be others.
			if (!gzip.write(Buffer.from(bytes)))
				await Promise.race([once(gzip, "drain"), pumping]);
		},
		async end() {
			if (isEmpty) {
				gzip.destroy();
				await pumping.catch(() => {});
				return;
			}
			gzip.end();
			await pumping;
		},
	};
}
