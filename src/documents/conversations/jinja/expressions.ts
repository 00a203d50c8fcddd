import { arithmetic } from "./arithmetic.js";
import { LONGEST_TEXT, spendOnText } from "./budget.js";
import { call, context, fieldOf, filterOf, itemOf } from "./fields.js";
import { callMethod, methodOf, sliceOf } from "./methods.js";
import type { Evaluate, Node, Scope } from "./scope.js";
import { tests } from "./tests.js";
import {
	compare,
	contains,
	type Dict,
	equal,
	Float,
	iterate,
	type KeywordValues,
	noKeywords,
	TemplateError,
	Tuple,
	textOf,
	truth,
	Undefined,
	type Value,
} from "./values.js";

const CONSTANTS: Readonly<Record<string, Value>> = {
	true: true,
	True: true,
	false: false,
	False: false,
	none: null,
	None: null,
};

/** Two texts as one: V8 copies neither. */
function concatenated(first: string, second: string): string {
	const length = first.length + second.length;
	if (length > LONGEST_TEXT) spendOnText(length);
	return first + second;
}

type Arguments = (scope: Scope) => [Value[], KeywordValues];

/** Makes functions of expressions. */
export class Expressions {
	/** All names that they mention. */
	readonly names = new Set<string>();
	/** All texts that they have in quotation marks. */
	readonly literals = new Set<string>();

	/** The arguments of a call: positional ones, and those by keyword. */
	arguments(nodes: Node[]): Arguments {
		const positional: [Evaluate, boolean][] = [];
		const keywords: [string | null, Evaluate][] = [];
		for (const node of nodes)
			if (node.type === "KeywordArgumentExpression")
				keywords.push([node.key.value, this.expression(node.value)]);
			else if (node.type === "KeywordSpreadExpression")
				keywords.push([null, this.expression(node.argument)]);
			else if (node.type === "SpreadExpression")
				positional.push([this.expression(node.argument), true]);
			else positional.push([this.expression(node), false]);
		return (scope) => {
			const values: Value[] = [];
			for (const [evaluate, isSpread] of positional)
				if (isSpread) values.push(...iterate(evaluate(scope)));
				else values.push(evaluate(scope));
			if (keywords.length === 0) return [values, noKeywords];
			const named = new Map<string, Value>();
			for (const [name, evaluate] of keywords) {
				const value = evaluate(scope);
				if (name !== null) named.set(name, value);
				else if (value instanceof Map)
					for (const [key, each] of value) named.set(textOf(key), each);
				else throw new TemplateError("** wants a dict");
			}
			return [values, named];
		};
	}

	expression(node: Node): Evaluate {
		switch (node.type) {
			case "IntegerLiteral": {
				const { value } = node;
				return () => value;
			}
			case "StringLiteral": {
				const { value } = node;
				this.literals.add(value);
				return () => value;
			}
			case "FloatLiteral": {
				const value = new Float(node.value);
				return () => value;
			}
			case "ArrayLiteral": {
				const items = (node.value as Node[]).map((each) =>
					this.expression(each),
				);
				return (scope) => items.map((item) => item(scope));
			}
			case "TupleLiteral": {
				const items = (node.value as Node[]).map((each) =>
					this.expression(each),
				);
				return (scope) => new Tuple(items.map((item) => item(scope)));
			}
			case "ObjectLiteral": {
				const entries = Array.from(
					node.value as Map<Node, Node>,
					([key, value]) =>
						[this.expression(key), this.expression(value)] as const,
				);
				return (scope): Dict =>
					new Map(entries.map(([key, value]) => [key(scope), value(scope)]));
			}
			case "Identifier":
				return this.#name(node.value);
			case "MemberExpression":
				return this.#member(node);
			case "CallExpression":
				return this.#call(node);
			case "FilterExpression": {
				const operand = this.expression(node.operand);
				const filter = this.filter(node.filter);
				return (scope) => filter(operand(scope), scope);
			}
			case "TestExpression":
				return this.#test(node);
			case "UnaryExpression":
				return this.#unary(node);
			case "BinaryExpression":
				return this.#binary(node);
			case "Ternary": {
				const condition = this.expression(node.condition);
				const yes = this.expression(node.trueExpr);
				const no = this.expression(node.falseExpr);
				return (scope) => (truth(condition(scope)) ? yes(scope) : no(scope));
			}
			case "SelectExpression": {
				const value = this.expression(node.lhs);
				const test = this.expression(node.test);
				return (scope) =>
					truth(test(scope))
						? value(scope)
						: new Undefined("what an if without an else left out");
			}
			default:
				throw new TemplateError(`${node.type} is not supported`);
		}
	}

	#name(name: string): Evaluate {
		if (Object.hasOwn(CONSTANTS, name)) {
			const value = CONSTANTS[name];
			return () => value;
		}
		this.names.add(name);
		return (scope) => {
			const value = scope.get(name);
			return value === undefined ? new Undefined(`'${name}'`) : value;
		};
	}

	#member({ object, property, computed }: Node): Evaluate {
		const value = this.expression(object);
		if (property.type === "SliceExpression") {
			const [start, stop, step] = [
				property.start,
				property.stop,
				property.step,
			].map((bound) =>
				bound === undefined ? () => null : this.expression(bound),
			);
			return (scope) =>
				sliceOf(value(scope), start(scope), stop(scope), step(scope));
		}
		if (!computed) {
			const name = property.value;
			// As Jinja has it, `x.0` is the item 0.
			return property.type === "IntegerLiteral"
				? (scope) => itemOf(value(scope), name)
				: (scope) => fieldOf(value(scope), name);
		}
		const key = this.expression(property);
		return (scope) => itemOf(value(scope), key(scope));
	}

	#call({ callee, args }: Node): Evaluate {
		const values = this.arguments(args);
		if (callee.type === "MemberExpression" && !callee.computed) {
			const object = this.expression(callee.object);
			const name: string = callee.property.value;
			return (scope) => {
				const self = object(scope);
				const method = methodOf(self, name);
				const [positional, keywords] = values(scope);
				return method === undefined
					? call(fieldOf(self, name), positional, keywords)
					: callMethod(method, self, positional, keywords);
			};
		}
		const target = this.expression(callee);
		return (scope) => {
			const [positional, keywords] = values(scope);
			return call(target(scope), positional, keywords);
		};
	}

	/** What a filter makes of a value. */
	filter(node: Node): (value: Value, scope: Scope) => Value {
		const name: string =
			node.type === "Identifier" ? node.value : node.callee.value;
		const filter = filterOf(name);
		if (node.type === "Identifier")
			return (value) => filter(value, [], noKeywords, context);
		const args = this.arguments(node.args);
		return (value, scope) => {
			const [positional, keywords] = args(scope);
			return filter(value, positional, keywords, context);
		};
	}

	#test({ operand, negate, test }: Node): Evaluate {
		const name: string = test.value;
		if (!Object.hasOwn(tests, name))
			throw new TemplateError(`the test '${name}' is not supported`);
		const value = this.expression(operand);
		const holds = tests[name];
		return (scope) => holds(value(scope)) !== negate;
	}

	#unary({ operator, argument }: Node): Evaluate {
		const value = this.expression(argument);
		if (operator.value === "not") return (scope) => !truth(value(scope));
		return (scope) => arithmetic(operator.value, 0, value(scope));
	}

	#binary({ operator: { value: operator }, left, right }: Node): Evaluate {
		const a = this.expression(left);
		const b = this.expression(right);
		switch (operator) {
			case "and":
				return (scope) => {
					const first = a(scope);
					return truth(first) ? b(scope) : first;
				};
			case "or":
				return (scope) => {
					const first = a(scope);
					return truth(first) ? first : b(scope);
				};
			case "==":
				return (scope) => equal(a(scope), b(scope));
			case "!=":
				return (scope) => !equal(a(scope), b(scope));
			case "<":
				return (scope) => compare(a(scope), b(scope)) < 0;
			case "<=":
				return (scope) => compare(a(scope), b(scope)) <= 0;
			case ">":
				return (scope) => compare(a(scope), b(scope)) > 0;
			case ">=":
				return (scope) => compare(a(scope), b(scope)) >= 0;
			case "in":
				return (scope) => {
					const item = a(scope);
					return contains(b(scope), item);
				};
			case "not in":
				return (scope) => {
					const item = a(scope);
					return !contains(b(scope), item);
				};
			case "~":
				return (scope) => concatenated(textOf(a(scope)), textOf(b(scope)));
			case "+":
				return (scope) => {
					const first = a(scope);
					const second = b(scope);
					return typeof first === "string" && typeof second === "string"
						? concatenated(first, second)
						: arithmetic("+", first, second);
				};
			default:
				return (scope) => arithmetic(operator, a(scope), b(scope));
		}
	}
}
