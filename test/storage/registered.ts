import { onTestFinished, vi } from "vitest";
import type { Storage } from "../../src/storage/storage.js";
import { storages } from "../../src/storage/storages.js";

/** Makes a storage that of URLs of a scheme, until the test ends. */
export function registered(scheme: string, storage: Storage): void {
	const { has, find } = storages;
	const spies = [
		vi.spyOn(storages, "has"),
		vi.spyOn(storages, "find"),
	] as const;
	spies[0].mockImplementation(
		((name: string) => name === scheme || has(name)) as typeof has,
	);
	spies[1].mockImplementation((name) =>
		name === scheme ? storage : find(name),
	);
	onTestFinished(() => {
		for (const spy of spies) spy.mockRestore();
	});
}
