// Fields of models that may be null as well as missing.

import type { Component } from "../component.js";

export function textOrNull(component: Component, key: string): string | null {
	const value = component.raw(key) ?? null;
	if (value === null || typeof value === "string") return value;
	throw component.fault(key, "a text or null");
}

/** Null is false. */
export function flagOrNull(component: Component, key: string): boolean {
	const value = component.raw(key) ?? false;
	if (typeof value === "boolean") return value;
	throw component.fault(key, "true, false or null");
}
