import { expect, test } from "vitest";
import {
	DataError,
	damageOf,
	EnvironmentError,
	InterruptedError,
	optionName,
	packError,
	UsageError,
	unpackError,
} from "../../src/core/errors.js";

test("errors keep class, code and sentence over a thread's border", () => {
	for (const error of [
		new UsageError("a", "x"),
		new DataError("b", "y"),
		new EnvironmentError("c", "z"),
		new InterruptedError("stopped"),
	]) {
		const back = unpackError(structuredClone(packError(error)));
		expect(back).toBeInstanceOf(error.constructor);
		expect(back).toMatchObject({
			code: error.code,
			message: error.message,
			exitCode: error.exitCode,
		});
	}
});

test("an error of another kind stays one", () => {
	const back = unpackError(structuredClone(packError(new TypeError("no"))));
	expect(back.name).toBe("TypeError");
	expect(back.message).toBe("no");
});

test("options are named for the library and for the command", () => {
	const error = new UsageError(
		"bad-option",
		`${optionName("seqLen")} is 0: give ${optionName("onError", "skip")} or ${optionName("overwrite", true)}.`,
	);
	expect(error.options).toEqual(["seqLen", "onError", "overwrite"]);
	expect(error.message).toBe(
		'seqLen is 0: give onError: "skip" or overwrite: true.',
	);
	const asFlags = (name: string, value: unknown) => `<${name}=${value}>`;
	const sentence =
		"<seqLen=undefined> is 0: give <onError=skip> or <overwrite=true>.";
	expect(error.sentence(asFlags)).toBe(sentence);
	const back = unpackError(structuredClone(packError(error))) as UsageError;
	expect(back.sentence(asFlags)).toBe(sentence);
	expect(back.options).toEqual(error.options);
});

test("control characters of what is quoted are escaped in every sentence", () => {
	const error = new DataError("x", "a \u001b[31m b");
	expect(error.message).toBe("a \\u001b[31m b");
	expect(error.sentence(String)).toBe("a \\u001b[31m b");
});

test("of damaged bytes no engine's words are told", () => {
	const nothing = undefined as unknown as string[];
	for (const read of [
		() => nothing.map((each) => each),
		() => new DataView(new ArrayBuffer(1)).getInt32(0),
		() => new Uint8Array(-1),
		() => {
			throw new WebAssembly.RuntimeError("unreachable");
		},
	])
		expect(() => {
			try {
				read();
			} catch (error) {
				throw new Error(damageOf(error));
			}
		}).toThrow(/^its content is damaged$/);
	expect(damageOf(new Error("it ends early"))).toBe("it ends early");
});
