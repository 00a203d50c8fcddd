import { parse, tokenize } from "@huggingface/jinja";
import { type FilterContext, filters } from "./filters.js";
import { methodOf, sliceOf } from "./methods.js";
import { tests } from "./tests.js";
import { percent } from "./texts.js";
import {
	compare,
	contains,
	type Dict,
	equal,
	Float,
	Func,
	iterate,
	type KeywordValues,
	Loop,
	Namespace,
	noKeywords,
	numeric,
	represent,
	TemplateError,
	Tuple,
	textOf,
	truth,
	typeName,
	Undefined,
	type Value,
} from "./values.js";

/** A call block of this name stands for `{% generation %}` while the template is parsed. */
const GENERATION = "seqpack_generation";

/** What is written, and which of it belongs to what. */
export class Output {
	text = "";
	/** Whether what is written comes out where it is written, and no macro or block takes it. */
	readonly isDirect: boolean;
	/** The messages of the conversation, by their objects. */
	readonly messages: ReadonlyMap<Value, number>;
	/** Triples of a message, and the beginning and end of what a loop over messages wrote for it. */
	readonly regions: number[] = [];
	/** Pairs of the beginning and end of what stands between `{% generation %}` and its end. */
	readonly generated: number[] = [];
	/** Within how many loops over messages writing is. */
	depth = 0;

	constructor(isDirect: boolean, messages: ReadonlyMap<Value, number>) {
		this.isDirect = isDirect;
		this.messages = messages;
	}
}

const noMessages: ReadonlyMap<Value, number> = new Map();

class Scope {
	readonly #values = new Map<string, Value>();
	readonly #outer: Scope | null;

	constructor(outer: Scope | null) {
		this.#outer = outer;
	}

	get(name: string): Value | undefined {
		let scope: Scope | null = this;
		while (scope !== null) {
			const value = scope.#values.get(name);
			if (value !== undefined) return value;
			scope = scope.#outer;
		}
		return undefined;
	}

	set(name: string, value: Value): void {
		this.#values.set(name, value);
	}
}

/** How a statement ended. */
const DONE = 0;
const BREAK = 1;
const CONTINUE = 2;
type Run = (scope: Scope, out: Output) => number;
type Evaluate = (scope: Scope) => Value;

// biome-ignore lint/suspicious/noExplicitAny: the library exports no types of its syntax trees
type Node = any;

/** A template that is ready to be rendered. */
export interface CompiledTemplate {
	/** Whether it has `{% generation %}`. */
	marksGeneration: boolean;
	/** All names that it mentions. */
	names: ReadonlySet<string>;
	/** @throws TemplateError */
	render(
		variables: Iterable<readonly [string, Value]>,
		messages: ReadonlyMap<Value, number>,
	): Output;
}

/**
 * Parses a chat template by `@huggingface/jinja`, which transformers' settings for white
 * space are built into, and makes functions of its syntax tree: they are ten times as fast as
 * the library's interpreter, and have the values of Python, floats and methods included.
 * @throws TemplateError for what is no template, or what of Jinja is not supported
 */
export function compileTemplate(source: string): CompiledTemplate {
	let marksGeneration = false;
	const text = source
		.replace(/\r\n?/g, "\n")
		.replace(
			/\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/g,
			(_, before: string, end: string | undefined, after: string) => {
				marksGeneration = true;
				return `{%${before} ${end === undefined ? `call ${GENERATION}()` : "endcall"} ${after}%}`;
			},
		);
	let tree: Node;
	try {
		const tokens = tokenize(text, { lstrip_blocks: true, trim_blocks: true });
		refuseChains(tokens);
		tree = parse(tokens);
	} catch (error) {
		if (error instanceof TemplateError) throw error;
		throw new TemplateError(
			`it is no template that can be read: ${(error as Error).message}`,
		);
	}
	const compiler = new Compiler();
	const run = compiler.block(tree.body);
	return {
		marksGeneration,
		names: compiler.names,
		render(variables, messages) {
			const scope = new Scope(null);
			for (const [name, value] of globals) scope.set(name, value);
			for (const [name, value] of variables) scope.set(name, value);
			const out = new Output(true, messages);
			run(new Scope(scope), out);
			return out;
		},
	};
}

/** `a < b < c` means something else to the library than to Jinja. */
function refuseChains(tokens: readonly { type: string; value: string }[]) {
	const compared = [false];
	for (const [i, { type, value }] of tokens.entries()) {
		const last = compared.length - 1;
		if (/^Open(Paren|SquareBracket|CurlyBracket)$/.test(type))
			compared.push(false);
		else if (/^Close(Paren|SquareBracket|CurlyBracket)$/.test(type))
			compared.pop();
		else if (/^(Open|Close)(Statement|Expression)$/.test(type))
			compared.splice(0, compared.length, false);
		else if (/^(Comma|Colon|Equals)$/.test(type)) compared[last] = false;
		else if (
			type === "Identifier" &&
			["and", "or", "if", "else", "not"].includes(value) &&
			tokens[i + 1]?.value !== "in"
		)
			compared[last] = false;
		else if (
			type === "ComparisonBinaryOperator" ||
			(type === "Identifier" && value === "in" && !isLoop(i))
		) {
			if (compared[last])
				throw new TemplateError(
					"comparisons that follow each other (a < b < c) are not supported",
				);
			compared[last] = true;
		}
	}

	function isLoop(at: number): boolean {
		for (let i = at; i > 0; i--)
			if (tokens[i].type === "OpenStatement")
				return (
					tokens[i + 1].value === "for" &&
					!tokens
						.slice(i + 1, at)
						.some(({ value, type }) => type === "Identifier" && value === "in")
				);
		return false;
	}
}

const globals: readonly (readonly [string, Value])[] = [
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

function itemOf(value: Value, key: Value): Value {
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
				? Array.from(value)
				: value;
	if (!Array.isArray(items) || typeof key !== "number")
		return missing(value, key);
	return found(items.at(key), value, key);
}

const missing = (value: Value, key: Value) =>
	new Undefined(`${typeName(value)} has no ${represent(key)}, which`);

/** A value, or that there is none; None is one. */
const found = (item: Value | undefined, value: Value, key: Value): Value =>
	item === undefined ? missing(value, key) : item;

function fieldOf(value: Value, name: string): Value {
	if (value instanceof Loop) return value.field(name);
	if (value instanceof Namespace)
		return found(value.fields.get(name), value, name);
	if (value instanceof Undefined) return value.fail();
	const method = methodOf(value, name);
	if (method !== undefined)
		return new Func((args, keywords) => method(value as never, args, keywords));
	if (value instanceof Map) return found(value.get(name), value, name);
	return missing(value, name);
}

const context: FilterContext = {
	item: itemOf,
	apply: (name, value, args) =>
		filterOf(name)(value, args, noKeywords, context),
};

function filterOf(name: string) {
	if (Object.hasOwn(filters, name)) return filters[name];
	throw new TemplateError(`the filter '${name}' is not supported`);
}

function call(callee: Value, args: Value[], keywords: KeywordValues): Value {
	if (callee instanceof Func) return callee.call(args, keywords);
	if (callee instanceof Undefined) return callee.fail();
	throw new TemplateError(`'${typeName(callee)}' object is not callable`);
}

const CONSTANTS: Readonly<Record<string, Value>> = {
	true: true,
	True: true,
	false: false,
	False: false,
	none: null,
	None: null,
};

type Arguments = (scope: Scope) => [Value[], KeywordValues];

class Compiler {
	readonly names = new Set<string>();

	block(nodes: Node[]): Run {
		const runs = nodes
			.filter(({ type }) => type !== "Comment")
			.map((node) => this.#statement(node));
		if (runs.length === 1) return runs[0];
		return (scope, out) => {
			for (const run of runs) {
				const end = run(scope, out);
				if (end !== DONE) return end;
			}
			return DONE;
		};
	}

	#statement(node: Node): Run {
		switch (node.type) {
			case "StringLiteral": {
				const text: string = node.value;
				return (_, out) => {
					out.text += text;
					return DONE;
				};
			}
			case "If":
				return this.#if(node);
			case "For":
				return this.#for(node);
			case "Set":
				return this.#set(node);
			case "Macro":
				return this.#macro(node);
			case "CallStatement":
				return this.#callBlock(node);
			case "FilterStatement": {
				const body = this.block(node.body);
				const filter = this.#filter(node.filter);
				return (scope, out) => {
					out.text += textOf(filter(captured(body, new Scope(scope)), scope));
					return DONE;
				};
			}
			case "Break":
				return () => BREAK;
			case "Continue":
				return () => CONTINUE;
			default: {
				const value = this.expression(node);
				return (scope, out) => {
					out.text += textOf(value(scope));
					return DONE;
				};
			}
		}
	}

	#if({ test, body, alternate }: Node): Run {
		const condition = this.expression(test);
		const then = this.block(body);
		const otherwise = this.block(alternate);
		return (scope, out) =>
			truth(condition(scope)) ? then(scope, out) : otherwise(scope, out);
	}

	#for({ loopvar, iterable, body, defaultBlock }: Node): Run {
		const filtered = iterable.type === "SelectExpression";
		const items = this.expression(filtered ? iterable.lhs : iterable);
		const test = filtered ? this.expression(iterable.test) : null;
		const assign = this.#assign(loopvar);
		const run = this.block(body);
		const otherwise = this.block(defaultBlock);
		return (scope, out) => {
			let values = iterate(items(scope));
			if (test !== null)
				values = values.filter((value) => {
					const inner = new Scope(scope);
					assign(inner, value);
					return truth(test(inner));
				});
			if (values.length === 0) return otherwise(new Scope(scope), out);
			const loop = new Loop(values);
			for (const [i, value] of values.entries()) {
				loop.at = i;
				const inner = new Scope(scope);
				inner.set("loop", loop);
				assign(inner, value);
				const message =
					out.isDirect && value instanceof Map
						? out.messages.get(value)
						: undefined;
				let end: number;
				if (message === undefined || out.depth > 0) end = run(inner, out);
				else {
					const start = out.text.length;
					out.depth++;
					end = run(inner, out);
					out.depth--;
					if (out.text.length > start)
						out.regions.push(message, start, out.text.length);
				}
				if (end === BREAK) break;
			}
			return DONE;
		};
	}

	/** What gives a value to a name, or to the names of a tuple. */
	#assign(target: Node): (scope: Scope, value: Value) => void {
		if (target.type === "Identifier") {
			const name: string = target.value;
			return (scope, value) => scope.set(name, value);
		}
		if (target.type === "TupleLiteral") {
			const parts = (target.value as Node[]).map((part) => this.#assign(part));
			return (scope, value) => {
				const items = iterate(value);
				if (items.length !== parts.length)
					throw new TemplateError(
						`${items.length} values cannot be given to ${parts.length} names`,
					);
				for (const [i, part] of parts.entries()) part(scope, items[i]);
			};
		}
		if (target.type === "MemberExpression" && !target.computed) {
			const object = this.expression(target.object);
			const name: string = target.property.value;
			return (scope, value) => {
				const namespace = object(scope);
				if (!(namespace instanceof Namespace))
					throw new TemplateError(
						"cannot assign attribute on non-namespace object",
					);
				namespace.fields.set(name, value);
			};
		}
		throw new TemplateError("this assignment is not supported");
	}

	#set({ assignee, value, body }: Node): Run {
		const assign = this.#assign(assignee);
		if (value === null) {
			const block = this.block(body);
			return (scope) => {
				assign(scope, captured(block, new Scope(scope)));
				return DONE;
			};
		}
		const evaluate = this.expression(value);
		return (scope) => {
			assign(scope, evaluate(scope));
			return DONE;
		};
	}

	#macro({ name, args, body }: Node): Run {
		const title: string = name.value;
		const define = this.#function(title, args, body);
		return (scope) => {
			scope.set(title, define(scope));
			return DONE;
		};
	}

	/** What makes a macro, in the scope that it is defined in. */
	#function(
		title: string,
		parameters: Node[],
		body: Node[],
	): (scope: Scope) => Func {
		const names = parameters.map((each): string =>
			each.type === "Identifier" ? each.value : each.key.value,
		);
		const defaults = parameters.map((each) =>
			each.type === "Identifier" ? null : this.expression(each.value),
		);
		const run = this.block(body);
		return (scope) =>
			new Func((args, keywords) => {
				if (args.length > names.length)
					throw new TemplateError(
						`macro '${title}' takes not more than ${names.length} argument(s)`,
					);
				const inner = new Scope(scope);
				for (const name of keywords.keys())
					if (name === "caller") inner.set(name, keywords.get(name) as Value);
					else if (!names.includes(name))
						throw new TemplateError(
							`macro '${title}' takes no keyword argument '${name}'`,
						);
				const argument = (name: string, i: number, inner: Scope): Value => {
					if (i < args.length) return args[i];
					const given = keywords.get(name);
					if (given !== undefined) return given;
					const otherwise = defaults[i];
					return otherwise === null
						? new Undefined(`parameter '${name}'`)
						: otherwise(inner);
				};
				for (const [i, name] of names.entries())
					inner.set(name, argument(name, i, inner));
				return captured(run, inner);
			});
	}

	#callBlock({ call: target, callerArgs, body }: Node): Run {
		if (target.callee.value === GENERATION) {
			const run = this.block(body);
			return (scope, out) => {
				const start = out.text.length;
				const end = run(new Scope(scope), out);
				if (out.isDirect) out.generated.push(start, out.text.length);
				return end;
			};
		}
		const callee = this.expression(target.callee);
		const args = this.#arguments(target.args);
		const caller = this.#function("caller", callerArgs ?? [], body);
		return (scope, out) => {
			const [values, keywords] = args(scope);
			out.text += textOf(
				call(
					callee(scope),
					values,
					new Map([...keywords, ["caller", caller(scope)]]),
				),
			);
			return DONE;
		};
	}

	#arguments(nodes: Node[]): Arguments {
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
			case "IntegerLiteral":
			case "StringLiteral": {
				const { value } = node;
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
				const filter = this.#filter(node.filter);
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
		const values = this.#arguments(args);
		if (callee.type === "MemberExpression" && !callee.computed) {
			const object = this.expression(callee.object);
			const name: string = callee.property.value;
			return (scope) => {
				const self = object(scope);
				const method = methodOf(self, name);
				const [positional, keywords] = values(scope);
				return method === undefined
					? call(fieldOf(self, name), positional, keywords)
					: method(self as never, positional, keywords);
			};
		}
		const target = this.expression(callee);
		return (scope) => {
			const [positional, keywords] = values(scope);
			return call(target(scope), positional, keywords);
		};
	}

	#filter(node: Node): (value: Value, scope: Scope) => Value {
		const name: string =
			node.type === "Identifier" ? node.value : node.callee.value;
		const filter = filterOf(name);
		if (node.type === "Identifier")
			return (value) => filter(value, [], noKeywords, context);
		const args = this.#arguments(node.args);
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
				return (scope) => textOf(a(scope)) + textOf(b(scope));
			case "+":
				return (scope) => {
					const first = a(scope);
					const second = b(scope);
					return typeof first === "string" && typeof second === "string"
						? first + second
						: arithmetic("+", first, second);
				};
			default:
				return (scope) => arithmetic(operator, a(scope), b(scope));
		}
	}
}

function captured(run: Run, scope: Scope): string {
	const out = new Output(false, noMessages);
	run(scope, out);
	return out.text;
}

function arithmetic(operator: string, a: Value, b: Value): Value {
	if (a instanceof Undefined) return a.fail();
	if (b instanceof Undefined) return b.fail();
	if (operator === "+") {
		if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
		if (a instanceof Tuple && b instanceof Tuple)
			return new Tuple([...a.items, ...b.items]);
	}
	if (operator === "*" && typeof b === "number") {
		if (typeof a === "string") return a.repeat(Math.max(b, 0));
		if (Array.isArray(a))
			return Array.from({ length: Math.max(b, 0) }, () => a).flat();
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
