/** Texts, as UTF-16 units one after the other. */
export class UnitTexts {
	units = new Uint16Array(256);
	#end = 0;
	readonly #places = new Map<string, number>();

	/** Where a text is; it is added if need be. */
	placeOf(text: string): number {
		const known = this.#places.get(text);
		if (known !== undefined) return known;
		const place = this.#end;
		this.#end += text.length;
		if (this.#end > this.units.length) {
			const grown = new Uint16Array(2 * this.#end);
			grown.set(this.units);
			this.units = grown;
		}
		for (let i = 0; i < text.length; i++)
			this.units[place + i] = text.charCodeAt(i);
		this.#places.set(text, place);
		return place;
	}
}
