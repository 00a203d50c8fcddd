/** Places in a text in UTF-8, in ascending order, as UTF-16 offsets. */
export function unitPlaces(text: Uint8Array, places: Int32Array): Int32Array {
	let at = 0;
	let unit = 0;
	return places.map((place) => {
		for (; at < place; at++) {
			const byte = text[at];
			if ((byte & 0xc0) !== 0x80) unit += byte >= 0xf0 ? 2 : 1;
		}
		return unit;
	});
}
