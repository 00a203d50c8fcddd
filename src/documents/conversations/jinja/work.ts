/** What a template did that cannot be done; the message is Python's, as far as it is short. */
export class TemplateError extends Error {}

/** Steps that a rendering may take: rounds of loops, eight a call, items that are looked at, and 64 characters each. */
const MOST_STEPS = 2_000_000;
const CHARACTERS = 64;
/** Characters that a text may have. */
const LONGEST = 2 ** 27;

/** Of the rendering that goes on, of which there is one at a time; null: none does, and nothing is counted. */
let steps: number | null = null;

/** Counts the steps of a rendering. */
export function counted<T>(render: () => T): T {
	steps = 0;
	try {
		return render();
	} finally {
		steps = null;
	}
}

/** @throws TemplateError where a template takes more than a conversation can need */
export function spend(count: number): void {
	if (steps === null) return;
	steps += count;
	if (steps > MOST_STEPS) throw new TemplateError("it takes too many steps");
}

/** The steps that looking at all of a value takes. */
export function spendOn(value: unknown): void {
	if (typeof value === "string") spend(value.length / CHARACTERS);
	else if (Array.isArray(value)) spend(value.length);
	else if (value instanceof Map) spend(value.size);
}

/** @throws TemplateError for a text of more characters than there may be */
export function requireLength(characters: number): void {
	if (characters > LONGEST) throw new TemplateError("it makes too long a text");
}
