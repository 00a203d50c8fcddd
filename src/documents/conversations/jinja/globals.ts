import {
	Func,
	Namespace,
	noKeywords,
	TemplateError,
	textOf,
	typeName,
	type Value,
} from "./values.js";
import { spend } from "./work.js";

/** What every template can call, by name. */
export const globals: readonly (readonly [string, Value])[] = [
	[
		"range",
		new Func((args) => {
			const numbers = args.map((each) => {
				if (typeof each === "number") return each;
				throw new TemplateError(`range takes ints, not ${typeName(each)}`);
			});
			const [start, stop, step = 1] =
				numbers.length === 1 ? [0, numbers[0]] : numbers;
			if (step === 0) throw new TemplateError("range() arg 3 must not be zero");
			const range: Value[] = [];
			// As many as Jinja's sandbox allows.
			for (let i = start; step > 0 ? i < stop : i > stop; i += step)
				if (range.push(i) > 100_000)
					throw new TemplateError("range is too long");
			spend(range.length);
			return range;
		}),
	],
	[
		"namespace",
		new Func(
			(args, keywords) =>
				new Namespace(
					new Map([
						...(args[0] instanceof Map
							? (args[0] as Map<string, Value>)
							: noKeywords),
						...keywords,
					]),
				),
		),
	],
	[
		"dict",
		new Func(
			(args, keywords) =>
				new Map<Value, Value>([
					...(args[0] instanceof Map ? args[0] : noKeywords),
					...keywords,
				]),
		),
	],
	[
		"raise_exception",
		new Func((args) => {
			throw new TemplateError(textOf(args[0] ?? ""));
		}),
	],
];
