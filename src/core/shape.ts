import { isObject } from "./values.js";

/** What is wrong with a value, and where in it: `.totals.documents`, or nothing where it is the value itself. */
export interface ShapeFault {
	place: string;
	/** As what follows the place in a sentence: "is not a text". */
	why: string;
}

/** What a value that was read from a file is to be: says the first fault, null where there is none. */
export type Shape = (value: unknown) => ShapeFault | null;

/** The first fault of a value as a sentence's end, such as "its totals.documents is missing"; null where there is none. */
export function shapeFault(shape: Shape, value: unknown): string | null {
	const fault = shape(value);
	if (fault === null) return null;
	const { place, why } = fault;
	return place === "" ? `it ${why}` : `its ${place.replace(/^\./, "")} ${why}`;
}

function primitive(what: string, isOne: (value: unknown) => boolean): Shape {
	const wrong: ShapeFault = { place: "", why: `is not ${what}` };
	const missing: ShapeFault = { place: "", why: "is missing" };
	return (value) =>
		isOne(value) ? null : value === undefined ? missing : wrong;
}

/** A whole number from 0, or another least, to a most. */
export function wholeNumber(least = 0, most = Number.MAX_SAFE_INTEGER): Shape {
	const range =
		most === Number.MAX_SAFE_INTEGER
			? `of ${least} or more`
			: `from ${least} to ${most}`;
	return primitive(
		`a whole number ${range}`,
		(value) =>
			Number.isSafeInteger(value) &&
			(value as number) >= least &&
			(value as number) <= most,
	);
}

/** How many there are of something. */
export const count = wholeNumber();
export const finite = primitive("a number", (value) => Number.isFinite(value));
export const text = primitive("a text", (value) => typeof value === "string");
export const truth = primitive(
	"true or false",
	(value) => typeof value === "boolean",
);
export const anything: Shape = () => null;
/** An object, whatever it has. */
export const anyObject = primitive("an object", isObject);
/** A SHA-256 in hexadecimal. */
export const digest = primitive(
	"a SHA-256 in hexadecimal",
	(value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
);

/** One of some texts. */
export function oneOf(choices: readonly string[]): Shape {
	const known = new Set<unknown>(choices);
	return primitive(`one of ${choices.join(", ")}`, (value) => known.has(value));
}

/** What passes a test. @param what Follows "is not". */
export function such(what: string, isOne: (value: unknown) => boolean): Shape {
	return primitive(what, isOne);
}

export function nullable(shape: Shape): Shape {
	return (value) => (value === null ? null : shape(value));
}

/** What may be left out. */
export function optional(shape: Shape): Shape {
	return (value) => (value === undefined ? null : shape(value));
}

export function listOf(shape: Shape, least = 0): Shape {
	const noList = primitive("a list", Array.isArray);
	return (value) => {
		if (!Array.isArray(value)) return noList(value);
		if (value.length < least) return { place: "", why: "is empty" };
		for (let i = 0; i < value.length; i++) {
			const fault = shape(value[i]);
			if (fault !== null) return within(`[${i}]`, fault);
		}
		return null;
	};
}

/** A list of a given length, each with a shape of its own. */
export function tuple(...shapes: readonly Shape[]): Shape {
	const all = primitive(
		`a list of ${shapes.length}`,
		(value) => Array.isArray(value) && value.length === shapes.length,
	);
	return (value) => {
		const fault = all(value);
		if (fault !== null) return fault;
		for (const [i, shape] of shapes.entries()) {
			const wrong = shape((value as unknown[])[i]);
			if (wrong !== null) return within(`[${i}]`, wrong);
		}
		return null;
	};
}

/** An object with values of one shape, by any names. */
export function tableOf(shape: Shape): Shape {
	return (value) => {
		if (!isObject(value)) return anyObject(value);
		for (const [name, each] of Object.entries(value)) {
			const fault = shape(each);
			if (fault !== null) return within(`.${name}`, fault);
		}
		return null;
	};
}

/** An object with named values, each of its shape; what it has besides is not looked at. */
export function object(shapes: Readonly<Record<string, Shape>>): Shape {
	const entries = Object.entries(shapes);
	return (value) => {
		if (!isObject(value)) return anyObject(value);
		for (const [name, shape] of entries) {
			// What every object inherits is nothing that the file says.
			const own = Object.hasOwn(value, name) ? value[name] : undefined;
			const fault = shape(own);
			if (fault !== null) return within(`.${name}`, fault);
		}
		return null;
	};
}

/** What is of all the shapes; each is asked where those before are met. */
export function all(...shapes: readonly Shape[]): Shape {
	return (value) => {
		for (const shape of shapes) {
			const fault = shape(value);
			if (fault !== null) return fault;
		}
		return null;
	};
}

/** What has a shape, and no fault that `faultOf` finds: "has two files a.arrow". */
export function also<T>(
	shape: Shape,
	faultOf: (value: T) => string | ShapeFault | null,
): Shape {
	return all(shape, (value) => {
		const fault = faultOf(value as T);
		return typeof fault === "string" ? { place: "", why: fault } : fault;
	});
}

function within(place: string, fault: ShapeFault): ShapeFault {
	return { place: place + fault.place, why: fault.why };
}
