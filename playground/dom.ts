type Child = Node | string;

/** An element with attributes and what is in it; texts are texts, whatever stands in them. */
export function h<K extends keyof HTMLElementTagNameMap>(
	name: K,
	attributes: Readonly<Record<string, string | number>> = {},
	...children: Child[]
): HTMLElementTagNameMap[K] {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, String(value));
	element.append(...children);
	return element;
}

export function svg(
	name: string,
	attributes: Readonly<Record<string, string | number>> = {},
	...children: Child[]
): SVGElement {
	const element = document.createElementNS("http://www.w3.org/2000/svg", name);
	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, String(value));
	element.append(...children);
	return element;
}

/** The element of the page with an id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
	const element = document.getElementById(id);
	if (element === null) throw new Error(`the page has no #${id}`);
	return element as T;
}

export function table(
	caption: string,
	heads: readonly string[],
	rows: readonly (readonly Child[])[],
): HTMLTableElement {
	return h(
		"table",
		{},
		h("caption", {}, caption),
		h(
			"thead",
			{},
			h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head))),
		),
		h(
			"tbody",
			{},
			...rows.map((cells) =>
				h(
					"tr",
					{},
					...cells.map((cell, i) =>
						i === 0 ? h("th", { scope: "row" }, cell) : h("td", {}, cell),
					),
				),
			),
		),
	);
}

/** Names and values, as a list of figures. */
export function figures(
	list: HTMLElement,
	values: readonly (readonly [name: string, value: string])[],
): void {
	list.replaceChildren(
		...values.map(([name, value]) =>
			h("div", {}, h("dt", {}, name), h("dd", {}, value)),
		),
	);
}

const whole = new Intl.NumberFormat("en");

export function count(number: number): string {
	return whole.format(number);
}

/** 98.25 % */
export function percent(share: number): string {
	return `${(share * 100).toFixed(2)} %`;
}

/** The colour of the thing with a number, as a class; things beside one another differ. */
export function colourClass(number: number): string {
	return `c${number % COLOURS}`;
}

export const COLOURS = 8;
