/** Where the next token goes. */
export let out: usize = 0;

export function writeTo(at: usize): void {
	out = at;
}

export function put(id: i32): void {
	store<i32>(out, id);
	out += 4;
}

/** Where the last token's bytes end. */
export function outputEnd(): usize {
	return out;
}
