import { expect, test } from "vitest";
import { EnvironmentError, UsageError } from "../../src/core/errors.js";
import {
	attempt,
	explainSystemError,
} from "../../src/storage/system-errors.js";

function systemError(code: string): NodeJS.ErrnoException {
	return Object.assign(new Error(`${code}: as the system says it`), {
		code,
		syscall: "open",
	});
}

test("what is forbidden or missing at first is wrong use, under way it may pass", () => {
	for (const code of ["ENOENT", "EACCES", "EPERM", "EROFS"]) {
		const first = explainSystemError(systemError(code), "write", "p") as Error;
		expect(first).toBeInstanceOf(UsageError);
		const later = explainSystemError(systemError(code), "write", "p", true);
		expect(later).toBeInstanceOf(EnvironmentError);
		expect((later as Error).message).not.toBe(first.message);
		for (const error of [first, later] as UsageError[]) {
			expect(error.code).toBe("cannot-write");
			expect(error.message).toMatch(/^cannot write p: .*[a-z)]\.$/);
			expect(error.message).not.toContain("as the system says it");
		}
	}
});

test("what is in the way at a path is wrong use at all times", () => {
	for (const code of [
		"ENOTDIR",
		"EISDIR",
		"ESPIPE",
		"EEXIST",
		"ENOTEMPTY",
		"ELOOP",
	])
		for (const underWay of [false, true])
			expect(
				explainSystemError(systemError(code), "read", "p", underWay),
			).toBeInstanceOf(UsageError);
});

test("a full disk and whatever nobody foresaw may be tried again", () => {
	const full = explainSystemError(systemError("ENOSPC"), "write", "p");
	expect(full).toBeInstanceOf(EnvironmentError);
	expect(full).toHaveProperty(
		"message",
		"cannot write p: the disk is full; make room and run the same command again.",
	);
	const odd = explainSystemError(systemError("EODD"), "remove", "p");
	expect(odd).toBeInstanceOf(EnvironmentError);
	expect(odd).toHaveProperty(
		"message",
		"cannot remove p: EODD: as the system says it.",
	);
});

test("errors that are not the system's pass as they are", async () => {
	const own = new UsageError("code", "sentence");
	for (const error of [new Error("plain"), own, "text", null, undefined])
		expect(explainSystemError(error, "read", "p")).toBe(error);
	await expect(attempt("read", "p", () => Promise.reject(own))).rejects.toBe(
		own,
	);
});
