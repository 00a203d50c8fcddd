import { type Filter, type FilterContext, filters } from "./filters.js";
import { callMethod, methodOf } from "./methods.js";
import {
	characters,
	Func,
	type KeywordValues,
	Loop,
	Namespace,
	noKeywords,
	represent,
	spendOn,
	TemplateError,
	Tuple,
	typeName,
	Undefined,
	type Value,
} from "./values.js";

/** `value[key]`. */
export function itemOf(value: Value, key: Value): Value {
	if (value instanceof Map) {
		const item = value.get(key);
		if (item !== undefined) return item;
		return typeof key === "string" ? fieldOf(value, key) : missing(value, key);
	}
	if (value instanceof Undefined) return value.fail();
	if (typeof key === "string") return fieldOf(value, key);
	const items =
		value instanceof Tuple
			? value.items
			: typeof value === "string"
				? characters(value)
				: value;
	const hasItems = typeof items === "string" || Array.isArray(items);
	if (!hasItems || typeof key !== "number") return missing(value, key);
	return found(items.at(key), value, key);
}

const missing = (value: Value, key: Value) =>
	new Undefined(`${typeName(value)} has no ${represent(key)}, which`);

/** A value, or that there is none; None is one. */
const found = (item: Value | undefined, value: Value, key: Value): Value =>
	item === undefined ? missing(value, key) : item;

/** `value.name`. */
export function fieldOf(value: Value, name: string): Value {
	if (value instanceof Loop) return value.field(name);
	if (value instanceof Namespace)
		return found(value.fields.get(name), value, name);
	if (value instanceof Undefined) return value.fail();
	const method = methodOf(value, name);
	if (method !== undefined)
		return new Func((args, keywords) =>
			callMethod(method, value, args, keywords),
		);
	if (value instanceof Map) return found(value.get(name), value, name);
	return missing(value, name);
}

/** What filters may ask for. */
export const context: FilterContext = {
	item: itemOf,
	apply: (name, value, args) =>
		filterOf(name)(value, args, noKeywords, context),
};

/** @throws TemplateError */
export function filterOf(name: string): Filter {
	if (!Object.hasOwn(filters, name))
		throw new TemplateError(`the filter '${name}' is not supported`);
	const filter = filters[name];
	return (value, args, keywords, context) => {
		spendOn(value);
		const made = filter(value, args, keywords, context);
		spendOn(made);
		return made;
	};
}

/** @throws TemplateError where it cannot be called */
export function call(
	callee: Value,
	args: Value[],
	keywords: KeywordValues,
): Value {
	if (callee instanceof Func) return callee.call(args, keywords);
	if (callee instanceof Undefined) return callee.fail();
	throw new TemplateError(`'${typeName(callee)}' object is not callable`);
}
