/** What is used of the library, which it keeps to itself. */
interface Library {
	_mainModule: { _module: { HEAPU8: Uint8Array } };
	_zstdClass: {
		new (): {
			reset(): void;
			/** Bytes of text that came out: none where the data is damaged. */
			decompressChunk(
				target: number,
				targetSize: number,
				source: number,
				sourceSize: number,
			): number;
			delete(): void;
		};
		malloc(size: number): number;
		free(address: number): void;
	};
}

/**
 * The zstd library in WebAssembly. What its package offers has one decoder for all
 * files, which are read side by side, so this gives what is below it.
 */
export async function loadZstd() {
	const { Zstd } = await import("@hpcc-js/wasm-zstd");
	const library = (await Zstd.load()) as unknown as Library;
	const heap = () => library._mainModule._module.HEAPU8;
	return { zstd: library._zstdClass, heap };
}
