import type { DataError } from "../core/errors.js";
import { nearestName, quoted } from "../core/text.js";
import { isObject } from "../core/values.js";
import { notATokenizer } from "./tokenizer-json.js";

/** What a component searches for: a text, or a regular expression as Oniguruma takes it. */
export type Pattern = { string: string } | { regex: string };

/** Components that lie in each other: the Rust library's reader of JSON ends soon after. */
const MOST_DEPTH = 50;

/**
 * A component of a tokenizer.json: reads its fields, and says which one is wrong and where.
 * All methods throw DataError `not-a-tokenizer`. Defaults are those of the Rust library; where there is
 * none, the field has to be there.
 */
export class Component {
	readonly #json: Readonly<Record<string, unknown>>;
	/** Where it is in the file: `normalizer.normalizers[2]`. */
	readonly path: string;
	/** What to call the file in messages. */
	readonly #file: string;

	/** Whether the file was made here, and may have what no tokenizer.json has. */
	readonly #isConverted: boolean;
	/** How many components it lies in. */
	readonly #depth: number;

	constructor(
		json: unknown,
		path: string,
		file: string,
		isConverted = false,
		depth = 0,
	) {
		this.path = path;
		this.#isConverted = isConverted;
		this.#depth = depth;
		this.#file = file;
		if (!isObject(json)) throw this.#wrong(`it is ${quoted(json)}`);
		this.#json = json;
	}

	get type(): string {
		return this.text("type");
	}

	/**
	 * Its entry among those that the Rust library has, and in a file that was made here among further ones.
	 */
	find<Entry>(
		kind: string,
		entries: Readonly<Record<string, Entry>>,
		ofConverted: Readonly<Record<string, Entry>> = {},
		type = this.type,
	): Entry {
		if (Object.hasOwn(entries, type)) return entries[type];
		if (this.#isConverted && Object.hasOwn(ofConverted, type))
			return ofConverted[type];
		const near = nearestName(type, Object.keys(entries));
		throw this.#wrong(
			`there is no ${kind} of type ${quoted(type)}${near === null ? "" : ` (did you mean ${near}?)`}`,
		);
	}

	text(key: string, fallback?: string): string {
		return this.#field(key, fallback, "a text", isText);
	}

	flag(key: string, fallback?: boolean): boolean {
		return this.#field(key, fallback, "true or false", isFlag);
	}

	/** A whole number of at least 0. */
	count(key: string, fallback?: number): number {
		return this.#field(key, fallback, "a whole number of at least 0", isCount);
	}

	/** A text of one character. */
	character(key: string, fallback?: string): string {
		return this.#field(key, fallback, "one character", isCharacter);
	}

	choice<Name extends string>(
		key: string,
		names: readonly Name[],
		fallback?: NoInfer<Name>,
	): Name {
		const isOne = (value: unknown): value is Name =>
			names.includes(value as Name);
		return this.#field(key, fallback, `one of ${names.join(", ")}`, isOne);
	}

	pattern(key: string): Pattern {
		const value = this.#json[key];
		if (isObject(value) && Object.keys(value).length === 1) {
			if (isText(value.String)) return { string: value.String };
			if (isText(value.Regex)) return { regex: value.Regex };
		}
		throw this.fault(key, 'an object with a text "String" or "Regex" alone');
	}

	texts(key: string): readonly string[] {
		return this.#field(key, undefined, "a list of texts", areTexts);
	}

	/** Its parts: `normalizers` of a sequence. */
	parts(key: string): Component[] {
		const value = this.#json[key];
		if (!Array.isArray(value)) throw this.fault(key, "a list");
		if (this.#depth === MOST_DEPTH)
			throw this.#wrong(`it is one of ${MOST_DEPTH} that lie in each other`);
		return value.map(
			(part, i) =>
				new Component(
					part,
					`${this.path}.${key}[${i}]`,
					this.#file,
					this.#isConverted,
					this.#depth + 1,
				),
		);
	}

	/** A field as it stands; undefined: it has none. */
	raw(key: string): unknown {
		return Object.hasOwn(this.#json, key) ? this.#json[key] : undefined;
	}

	/** A field that only files have that were made here, as it stands; undefined: it has none. */
	rawOfConverted(key: string): unknown {
		const value = this.raw(key);
		if (value !== undefined && !this.#isConverted)
			throw this.#wrong(`it has "${key}", which no tokenizer.json has`);
		return value;
	}

	/** The error of a field that is wrong. @param due What it has to be. */
	fault(key: string, due: string): DataError {
		const value = this.raw(key);
		return this.#wrong(
			value === undefined
				? `it has no "${key}", which is ${due}`
				: `its "${key}" is ${quoted(value)}, not ${due}`,
		);
	}

	/** The error of what is wrong with all of it. @param why As of "it is ...". */
	refused(why: string): DataError {
		return this.#wrong(why);
	}

	#field<Value>(
		key: string,
		fallback: Value | undefined,
		due: string,
		isRight: (value: unknown) => value is Value,
	): Value {
		const value = this.raw(key);
		if (value === undefined && fallback !== undefined) return fallback;
		if (isRight(value)) return value;
		throw this.fault(key, due);
	}

	#wrong(why: string): DataError {
		return notATokenizer(this.#file, `${this.path} cannot be used: ${why}`);
	}
}

const isText = (value: unknown) => typeof value === "string";
const areTexts = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every(isText);
const isFlag = (value: unknown) => typeof value === "boolean";
const isCount = (value: unknown): value is number =>
	Number.isSafeInteger(value) && (value as number) >= 0;
const isCharacter = (value: unknown): value is string =>
	typeof value === "string" && [...value].length === 1;
