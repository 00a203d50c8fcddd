import { expect, test } from "vitest";
import {
	DataError,
	EnvironmentError,
	InterruptedError,
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
