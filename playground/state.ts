/** What the controls say, by their names; options of an entry as `packer.maxSequences`. */
export type State = Readonly<Record<string, string>>;

export const initial: State = {
	source: "text",
	tokenizer: "bytes",
	count: "2000",
	median: "700",
	spread: "1",
	seed: "0",
	document: "2",
	rowLength: "2048",
	packer: "best-fit-decreasing",
	longDocuments: "split",
	decomposer: "binary",
	schedule: "grow-p2",
	cycles: "1",
	lengths: "512 300 1700 90 4000 850 640 2048 33 128 700 1500 256 1024 60",
};

/** Longer texts are not kept in a link. */
const MOST_IN_LINK = 2000;

/** The part of a link after `#`: what differs from how the page begins, and whether that is all of it. */
export function toHash(state: State): { hash: string; isWhole: boolean } {
	const values = new URLSearchParams();
	let isWhole = state.tokenizer !== "file" || state.source !== "text";
	for (const [name, value] of Object.entries(state)) {
		if (value === (initial[name] ?? "")) continue;
		if (value.length > MOST_IN_LINK) {
			if (name === state.source) isWhole = false;
		} else values.set(name, value);
	}
	return { hash: values.toString(), isWhole };
}

export function fromHash(hash: string): State {
	const given = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
	return { ...initial, ...given };
}

/** Values of the options of an entry: `packer.maxSequences` as `maxSequences`. */
export function optionTexts(
	state: State,
	of: string,
): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(state)
			.filter(([name, value]) => name.startsWith(`${of}.`) && value !== "")
			.map(([name, value]) => [name.slice(of.length + 1), value]),
	);
}
