import jsep from "jsep";
import { optionName, UsageError } from "../core/errors.js";
import { quoted, shortened } from "../core/text.js";
import { type FieldPath, fieldName } from "../sources/records/fields.js";
import { BadInput } from "../sources/source.js";
import { filterFunctions } from "./filter-functions.js";

/** A condition on the fields of a record. */
export interface Filter {
	/** The fields that it looks at. */
	fields: readonly FieldPath[];
	/**
	 * Whether a record meets it.
	 * @param values What the fields hold.
	 * @throws BadInput `filter-failed` where it cannot be told
	 */
	holds(values: readonly unknown[]): boolean;
}

// Words beside signs, as in Python; the numbers are how closely they bind.
jsep.addBinaryOp("or", 1);
jsep.addBinaryOp("and", 2);
jsep.addBinaryOp("in", 7);
jsep.addUnaryOp("not");

/** Characters of a condition: what is longer may lie so deep in itself that nothing can be made of it. */
const LONGEST = 10_000;

type Evaluate = (values: readonly unknown[]) => unknown;

/**
 * Reads a condition such as `meta.lang == "en" and score > 0.5`. A comparison with a
 * field that a record lacks, or that is null, does not hold, except for == and != with
 * null itself. Nothing is converted: a text is never less than a number.
 * @throws UsageError `bad-option`
 */
export function parseFilter(text: string, option: string): Filter {
	const compiler = new Compiler(text, option);
	if (text.length > LONGEST)
		throw compiler.fault(`it has more than ${LONGEST} characters`);
	let tree: jsep.Expression;
	try {
		tree = jsep(text);
	} catch (error) {
		throw compiler.fault((error as Error).message);
	}
	const evaluate = compiler.compile(tree);
	const { fields } = compiler;
	if (fields.length === 0) throw compiler.fault("it names no field");
	return {
		fields,
		holds: (values) => truth(evaluate(values), "the whole condition"),
	};
}

/** Makes functions of syntax trees: text is never run as a program. */
class Compiler {
	readonly fields: FieldPath[] = [];
	readonly #text: string;
	readonly #option: string;

	constructor(text: string, option: string) {
		this.#text = text;
		this.#option = option;
	}

	fault(why: string): UsageError {
		return new UsageError(
			"bad-option",
			`${optionName(this.#option)} is ${quoted(this.#text)}, which is no condition (${shortened(why)}): give one such as meta.lang == "en" and score > 0.5.`,
		);
	}

	compile(node: jsep.Expression): Evaluate {
		switch (node.type) {
			case "Literal": {
				const value = exactly(node as jsep.Literal);
				return () => value;
			}
			case "Identifier":
			case "MemberExpression":
				return this.#field(this.#pathOf(node));
			case "ArrayExpression": {
				const { elements } = node as jsep.ArrayExpression;
				const parts = elements.map((element) =>
					this.compile(element as jsep.Expression),
				);
				return (values) => parts.map((part) => part(values));
			}
			case "UnaryExpression":
				return this.#unary(node as jsep.UnaryExpression);
			case "BinaryExpression":
				return this.#binary(node as jsep.BinaryExpression);
			case "CallExpression":
				return this.#call(node as jsep.CallExpression);
			default:
				throw this.fault("it is not one expression");
		}
	}

	#field(path: FieldPath): Evaluate {
		const name = fieldName(path);
		let at = this.fields.findIndex((field) => fieldName(field) === name);
		if (at === -1) at = this.fields.push(path) - 1;
		return (values) => values[at];
	}

	#pathOf(node: jsep.Expression): string[] {
		if (node.type === "Identifier") return [(node as jsep.Identifier).name];
		if (node.type !== "MemberExpression")
			throw this.fault("only fields have fields");
		const { object, property, computed } = node as jsep.MemberExpression;
		const name = computed
			? (property as jsep.Literal).value
			: (property as jsep.Identifier).name;
		if (typeof name !== "string") throw this.fault("a field's name is a text");
		return [...this.#pathOf(object), name];
	}

	#unary({ operator, argument }: jsep.UnaryExpression): Evaluate {
		const value = this.compile(argument);
		if (operator === "not" || operator === "!")
			return (values) => !truth(value(values), operator);
		if (operator === "-") return (values) => -number(value(values), operator);
		throw this.fault(`there is no ${operator}`);
	}

	#binary({ operator, left, right }: jsep.BinaryExpression): Evaluate {
		const a = this.compile(left);
		const b = this.compile(right);
		if (operator === "and" || operator === "&&")
			return (values) =>
				truth(a(values), operator) && truth(b(values), operator);
		if (operator === "or" || operator === "||")
			return (values) =>
				truth(a(values), operator) || truth(b(values), operator);
		const apply = Object.hasOwn(OPERATORS, operator)
			? OPERATORS[operator]
			: undefined;
		if (apply === undefined) throw this.fault(`there is no ${operator}`);
		return (values) => apply(a(values), b(values));
	}

	#call({ callee, arguments: given }: jsep.CallExpression): Evaluate {
		const { name } = callee as jsep.Identifier;
		if (callee.type !== "Identifier" || !filterFunctions.has(name))
			throw this.fault(
				`there is no function ${name ?? ""}; there are: ${filterFunctions.names.join(", ")}`,
			);
		const { parameters, takesNumbers, fault, apply } =
			filterFunctions.find(name);
		if (given.length !== parameters)
			throw this.fault(`${name} takes ${parameters} values`);
		if (fault !== undefined) {
			const { value } = given[parameters - 1] as jsep.Literal;
			const why =
				typeof value === "string"
					? fault(value)
					: `the last value of ${name} is a text that is written out`;
			if (why !== null) throw this.fault(why);
		}
		const parts = given.map((each) => this.compile(each));
		return (values) => {
			const texts = parts.map((part) => part(values));
			if (texts.some((text) => text === undefined || text === null))
				return null;
			for (const text of texts)
				if (typeof text !== "string" && !(takesNumbers && isNumber(text)))
					throw failed(name, text);
			const result = apply(...(texts as string[]));
			if (result === undefined) throw failed(name, ...texts);
			return result;
		};
	}
}

/** What is written; a whole number that a double cannot hold, as a bigint. */
function exactly({ value, raw }: jsep.Literal): unknown {
	return typeof value === "number" &&
		!Number.isSafeInteger(value) &&
		/^\d+$/.test(raw)
		? BigInt(raw)
		: value;
}

const OPERATORS: Record<string, (a: unknown, b: unknown) => unknown> = {
	"==": equal,
	"!=": (a, b) => !equal(a, b),
	"<": (a, b) => compared(a, b, "<", (order) => order < 0),
	"<=": (a, b) => compared(a, b, "<=", (order) => order <= 0),
	">": (a, b) => compared(a, b, ">", (order) => order > 0),
	">=": (a, b) => compared(a, b, ">=", (order) => order >= 0),
	in: (a, b) => {
		if (Array.isArray(b)) return b.some((each) => equal(a, each));
		if (typeof a === "string" && typeof b === "string") return b.includes(a);
		if (isNull(a) || isNull(b)) return false;
		throw failed("in", b);
	},
	"+": (a, b) => number(a, "+") + number(b, "+"),
	"-": (a, b) => number(a, "-") - number(b, "-"),
	"*": (a, b) => number(a, "*") * number(b, "*"),
	"/": (a, b) => number(a, "/") / number(b, "/"),
	"%": (a, b) => number(a, "%") % number(b, "%"),
};

const isNull = (value: unknown) => value === null || value === undefined;

const isNumber = (value: unknown): value is number | bigint =>
	typeof value === "number" || typeof value === "bigint";

function equal(a: unknown, b: unknown): boolean {
	if (isNull(a) || isNull(b)) return isNull(a) && isNull(b);
	// biome-ignore lint/suspicious/noDoubleEquals: a bigint may equal a number
	return isNumber(a) && isNumber(b) ? a == b : a === b;
}

function compared(
	a: unknown,
	b: unknown,
	operator: string,
	holds: (order: number) => boolean,
): boolean {
	if (isNull(a) || isNull(b)) return false;
	const isComparable =
		(isNumber(a) && isNumber(b)) ||
		(typeof a === "string" && typeof b === "string");
	if (!isComparable) throw failed(operator, a, b);
	if (a === b || Number.isNaN(a) || Number.isNaN(b)) return a === b && holds(0);
	return holds(a < b ? -1 : a > b ? 1 : 0);
}

/** Null, of a field that is not there, is NaN, which no comparison holds for. */
function number(value: unknown, operator: string): number {
	if (isNull(value)) return Number.NaN;
	if (isNumber(value)) return Number(value);
	throw failed(operator, value);
}

function truth(value: unknown, operator: string): boolean {
	if (typeof value === "boolean") return value;
	if (isNull(value)) return false;
	throw failed(operator, value);
}

function failed(operator: string, ...values: unknown[]): BadInput {
	return new BadInput(
		"filter-failed",
		`${operator} of ${optionName("where")} cannot be applied to ${values.map(quoted).join(" and ")}. Fix the condition or the record, or give ${optionName("onError", "skip")}`,
	);
}
