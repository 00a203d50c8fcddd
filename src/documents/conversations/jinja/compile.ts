import { Expressions } from "./expressions.js";
import { call } from "./fields.js";
import { globals } from "./globals.js";
import { GENERATION, parseTemplate } from "./parse.js";
import {
	BREAK,
	CONTINUE,
	DONE,
	type Node,
	noMessages,
	Output,
	type Run,
	Scope,
} from "./scope.js";
import {
	Func,
	iterate,
	Loop,
	Namespace,
	TemplateError,
	textOf,
	truth,
	Undefined,
	type Value,
} from "./values.js";
import { counted, requireLength, spend } from "./work.js";

/** A template that is ready to be rendered. */
export interface CompiledTemplate {
	/** Whether it has `{% generation %}`. */
	marksGeneration: boolean;
	/** All names that it mentions. */
	names: ReadonlySet<string>;
	/** All texts that its expressions have in quotation marks. */
	literals: ReadonlySet<string>;
	/** @throws TemplateError */
	render(
		variables: Iterable<readonly [string, Value]>,
		messages: ReadonlyMap<Value, number>,
	): Output;
}

/**
 * Makes functions of a chat template's syntax tree: they are ten times as fast as the
 * library's interpreter, and have the values of Python, floats and methods included.
 * @throws TemplateError for what is no template, or what of Jinja is not supported
 */
export function compileTemplate(source: string): CompiledTemplate {
	const { tree, marksGeneration } = parseTemplate(source);
	const compiler = new Compiler();
	const run = compiler.block(tree.body);
	return {
		marksGeneration,
		names: compiler.expressions.names,
		literals: compiler.expressions.literals,
		render(variables, messages) {
			const scope = new Scope(null);
			for (const [name, value] of globals) scope.set(name, value);
			for (const [name, value] of variables) scope.set(name, value);
			const out = new Output(true, messages);
			counted(() => run(new Scope(scope), out));
			requireLength(out.text.length);
			return out;
		},
	};
}

/** Makes functions of statements. */
class Compiler {
	readonly expressions = new Expressions();

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
				const filter = this.expressions.filter(node.filter);
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
				const value = this.expressions.expression(node);
				return (scope, out) => {
					out.text += textOf(value(scope));
					return DONE;
				};
			}
		}
	}

	#if({ test, body, alternate }: Node): Run {
		const condition = this.expressions.expression(test);
		const then = this.block(body);
		const otherwise = this.block(alternate);
		return (scope, out) =>
			truth(condition(scope)) ? then(scope, out) : otherwise(scope, out);
	}

	#for({ loopvar, iterable, body, defaultBlock }: Node): Run {
		const filtered = iterable.type === "SelectExpression";
		const items = this.expressions.expression(
			filtered ? iterable.lhs : iterable,
		);
		const test = filtered ? this.expressions.expression(iterable.test) : null;
		const assign = this.#assign(loopvar);
		const run = this.block(body);
		const otherwise = this.block(defaultBlock);
		return (scope, out) => {
			let values = iterate(items(scope));
			if (test !== null)
				values = values.filter((value) => {
					spend(1);
					const inner = new Scope(scope);
					assign(inner, value);
					return truth(test(inner));
				});
			if (values.length === 0) return otherwise(new Scope(scope), out);
			const loop = new Loop(values);
			for (const [i, value] of values.entries()) {
				spend(1);
				requireLength(out.text.length);
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
			const object = this.expressions.expression(target.object);
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
		const evaluate = this.expressions.expression(value);
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
			each.type === "Identifier"
				? null
				: this.expressions.expression(each.value),
		);
		const run = this.block(body);
		return (scope) =>
			new Func((args, keywords) => {
				spend(8);
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
		const callee = this.expressions.expression(target.callee);
		const args = this.expressions.arguments(target.args);
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
}

function captured(run: Run, scope: Scope): string {
	const out = new Output(false, noMessages);
	run(scope, out);
	requireLength(out.text.length);
	return out.text;
}
