import { spendOnItems, spendOnText } from "./budget.js";
import { percent } from "./texts.js";
import {
	Float,
	numeric,
	represent,
	TemplateError,
	Tuple,
	textOf,
	typeName,
	Undefined,
	type Value,
} from "./values.js";

/** What an operator of two values gives in Python. @throws TemplateError */
export function arithmetic(operator: string, a: Value, b: Value): Value {
	if (a instanceof Undefined) return a.fail();
	if (b instanceof Undefined) return b.fail();
	if (operator === "+") {
		if (Array.isArray(a) && Array.isArray(b)) {
			spendOnItems(a.length + b.length);
			return [...a, ...b];
		}
		if (a instanceof Tuple && b instanceof Tuple) {
			spendOnItems(a.items.length + b.items.length);
			return new Tuple([...a.items, ...b.items]);
		}
	}
	if (operator === "*" && typeof b === "number") {
		const times = Math.max(b, 0);
		if (typeof a === "string") {
			spendOnText(a.length * times);
			return a.repeat(times);
		}
		if (Array.isArray(a)) {
			spendOnItems(a.length * times + times);
			const items: Value[] = [];
			for (let i = 0; i < times; i++) for (const item of a) items.push(item);
			return items;
		}
	}
	if (operator === "%" && typeof a === "string")
		return percent(
			a,
			b instanceof Tuple ? b.items : [b],
			(value, conversion) =>
				conversion === "r" ? represent(value) : textOf(value),
		);
	const x = numeric(a);
	const y = numeric(b);
	if (x === undefined || y === undefined)
		throw new TemplateError(
			`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`,
		);
	const isFloat = a instanceof Float || b instanceof Float || operator === "/";
	const result = calculated(operator, Number(x), Number(y));
	if (isFloat) return new Float(result);
	if (
		!Number.isSafeInteger(result) ||
		[x, y].some((each) => typeof each === "bigint")
	)
		throw new TemplateError("numbers this large are not supported");
	return result;
}

function calculated(operator: string, x: number, y: number): number {
	if ("/%//".includes(operator) && y === 0)
		throw new TemplateError("division by zero");
	switch (operator) {
		case "+":
			return x + y;
		case "-":
			return x - y;
		case "*":
			return x * y;
		case "/":
			return x / y;
		case "//":
			return Math.floor(x / y);
		case "%":
			return x - y * Math.floor(x / y);
		case "**":
			return x ** y;
		default:
			throw new TemplateError(`the operator ${operator} is not supported`);
	}
}
