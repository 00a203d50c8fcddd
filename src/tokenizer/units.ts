// Strings to UTF-16 units and back; fast where there is Node's Buffer, which copies them.

type Units = Uint16Array<ArrayBuffer>;

/** Units that go to a function as arguments. */
const MOST_ARGUMENTS = 8192;

const hasBuffer = typeof globalThis.Buffer === "function";
const viewOf = ({ buffer, byteOffset }: Units, count: number) =>
	globalThis.Buffer.from(buffer, byteOffset, 2 * count);

/** Writes the units of a text. */
export function writeUnits(text: string, units: Units): void {
	if (hasBuffer) viewOf(units, text.length).write(text, "utf16le");
	else for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
}

/** The string of so many units. */
export function stringOfUnits(units: Units, count: number): string {
	return hasBuffer
		? viewOf(units, count).toString("utf16le")
		: byCodes(units, count);
}

/** The string of so many bytes of ASCII. */
export function stringOfBytes(
	bytes: Uint8Array<ArrayBuffer>,
	count: number,
): string {
	return hasBuffer
		? globalThis.Buffer.from(bytes.buffer, bytes.byteOffset, count).toString(
				"latin1",
			)
		: byCodes(bytes, count);
}

function byCodes(units: Uint8Array | Uint16Array, count: number): string {
	let text = "";
	for (let at = 0; at < count; at += MOST_ARGUMENTS)
		text += String.fromCharCode(
			...units.subarray(at, Math.min(count, at + MOST_ARGUMENTS)),
		);
	return text;
}
