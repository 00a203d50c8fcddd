/** A row of a screen, and whether what it shows goes on in the next one. */
interface Row {
	cells: string[];
	isWrapped: boolean;
}

/**
 * A terminal that shows what is written to it: it wraps long lines, and wraps them anew when it gets
 * another width, as terminals do. It knows the codes that progress is drawn with.
 */
export class Screen {
	readonly isTTY = true;
	readonly rows: number;
	columns: number;
	/** All that was written. */
	written = "";
	readonly #listeners = new Set<() => void>();
	#rows: Row[] = [{ cells: [], isWrapped: false }];
	#row = 0;
	#column = 0;

	/** @param rows 0: it does not say. */
	constructor(columns: number, rows = 24) {
		this.columns = columns;
		this.rows = rows;
	}

	on(_: "resize", listener: () => void): void {
		this.#listeners.add(listener);
	}

	off(_: "resize", listener: () => void): void {
		this.#listeners.delete(listener);
	}

	/** The rows that show something, without colours. */
	get lines(): string[] {
		const lines = this.#rows.map(({ cells }) =>
			Array.from(cells, (cell) => cell ?? " ")
				.join("")
				.trimEnd(),
		);
		while (lines.at(-1) === "") lines.pop();
		return lines;
	}

	get isCursorShown(): boolean {
		const shown = this.written.lastIndexOf("\x1b[?25h");
		return shown >= this.written.lastIndexOf("\x1b[?25l");
	}

	write(text: string): boolean {
		this.written += text;
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin what is looked for
		const codes = /\x1b\[(\??[\d;]*)([A-Za-z])|[^\x1b]/gu;
		for (const [match, given, code] of text.matchAll(codes))
			if (code === undefined) this.#put(match);
			else this.#obey(given, code);
		return true;
	}

	resize(columns: number): void {
		const rows: Row[] = [];
		let row = 0;
		let column = 0;
		for (let from = 0; from < this.#rows.length; ) {
			let to = from;
			while (this.#rows[to].isWrapped) to++;
			const own = this.#rows.slice(from, to + 1);
			const cells = own.flatMap(({ cells }) => cells);
			const needed = Math.max(1, Math.ceil(cells.length / columns));
			if (this.#row >= from && this.#row <= to) {
				const before = (this.#row - from) * this.columns + this.#column;
				row = rows.length + Math.floor(before / columns);
				column = before % columns;
			}
			for (let i = 0; i < needed; i++)
				rows.push({
					cells: cells.slice(i * columns, (i + 1) * columns),
					isWrapped: i + 1 < needed,
				});
			from = to + 1;
		}
		this.#rows = rows;
		this.#row = row;
		this.#column = column;
		this.columns = columns;
		for (const listener of this.#listeners) listener();
	}

	#put(character: string): void {
		if (character === "\r") this.#column = 0;
		else if (character === "\n") {
			this.#goTo(this.#row + 1);
			this.#column = 0;
		} else {
			if (this.#column === this.columns) {
				this.#rows[this.#row].isWrapped = true;
				this.#goTo(this.#row + 1);
				this.#column = 0;
			}
			this.#rows[this.#row].cells[this.#column++] = character;
		}
	}

	#obey(given: string, code: string): void {
		const count = Number(given || 1);
		if (code === "A") this.#row = Math.max(0, this.#row - count);
		else if (code === "B") this.#goTo(this.#row + count);
		else if (code === "G") this.#column = count - 1;
		else if (code === "K") {
			const row = this.#rows[this.#row];
			row.cells.length =
				given === "2" ? 0 : Math.min(row.cells.length, this.#column);
			row.isWrapped = false;
		} else if (!["h", "l", "m"].includes(code))
			throw new Error(`a code that the screen does not know: ${given}${code}`);
	}

	#goTo(row: number): void {
		while (this.#rows.length <= row)
			this.#rows.push({ cells: [], isWrapped: false });
		this.#row = row;
	}
}
