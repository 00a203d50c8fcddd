/**
 * Makes instances of a module that build.mjs compiled, each with a memory of its own.
 * @param base64 The module's bytes.
 * @param name What stops when a check of the module fails, for the error.
 */
export function instancesOf<Exports>(
	base64: string,
	name: string,
): () => Exports {
	let compiled: WebAssembly.Module | null = null;
	return () => {
		compiled ??= new WebAssembly.Module(
			Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
		);
		const { exports } = new WebAssembly.Instance(compiled, {
			env: {
				abort: () => {
					throw new Error(`${name} stopped`);
				},
			},
		});
		return exports as Exports;
	};
}
