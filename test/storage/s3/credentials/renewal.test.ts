import { expect, onTestFinished, test, vi } from "vitest";
import { PATIENCE } from "../../../../src/storage/http/persist.js";
import {
	findCredentials,
	forgetCredentials,
} from "../../../../src/storage/s3/credentials/credentials.js";
import { type Answer, fakeServer } from "../../fake-server.js";
import { alone, keysOf } from "./fake-amazon.js";

PATIENCE.firstWait = 1;
PATIENCE.longestWait = 5;

const MINUTE = 60_000;

/** An agent that numbers what it gives, valid for an hour, and a clock to turn. */
async function begin(fault: (count: number) => Answer | null = () => null) {
	vi.useFakeTimers({ toFake: ["Date"], now: 1_700_000_000_000 });
	onTestFinished(() => {
		vi.useRealTimers();
	});
	let count = 0;
	const agent = await fakeServer(() => {
		const number = ++count;
		return fault(number) ?? { body: keysOf(`no-${number}`) };
	});
	alone({}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: agent.url });
	return {
		asked: agent.asked,
		pass: (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE),
	};
}

const id = async () => (await findCredentials())?.accessKeyId;
const many = () => Promise.all(Array.from({ length: 20 }, id));

test("who ask at once search once, and what was found holds", async () => {
	const { asked, pass } = await begin();
	expect(new Set(await many())).toEqual(new Set(["no-1-id"]));
	pass(54);
	expect(new Set(await many())).toEqual(new Set(["no-1-id"]));
	expect(asked).toHaveLength(1);
});

test("new ones are looked for before the old ones expire, and nobody waits", async () => {
	const { asked, pass } = await begin();
	await id();
	pass(56);
	expect(new Set(await many())).toEqual(new Set(["no-1-id"]));
	await vi.waitFor(async () => expect(await id()).toBe("no-2-id"));
	expect(asked).toHaveLength(2);
});

test("where the old ones are about to expire, all wait for one search", async () => {
	const { asked, pass } = await begin();
	await id();
	pass(59.9);
	expect(new Set(await many())).toEqual(new Set(["no-2-id"]));
	pass(61);
	expect(new Set(await many())).toEqual(new Set(["no-3-id"]));
	expect(asked).toHaveLength(3);
});

test("a search that fails fails no request while the old ones are valid", async () => {
	const { asked, pass } = await begin((count) =>
		count > 1 && count < 4 ? { status: 400 } : null,
	);
	await id();
	pass(56);
	expect(await id()).toBe("no-1-id");
	await vi.waitFor(() => expect(asked).toHaveLength(2));
	await new Promise((resolve) => setTimeout(resolve, 20));
	// Not at once again.
	expect(await id()).toBe("no-1-id");
	expect(asked).toHaveLength(2);
	pass(3.9);
	expect(new Set(await many())).toEqual(new Set(["no-1-id"]));
	expect(asked).toHaveLength(3);
	pass(1);
	expect(await id()).toBe("no-4-id");
});

test("a search that fails when they have expired is told", async () => {
	const { pass } = await begin((count) =>
		count === 2 ? { status: 400 } : null,
	);
	await id();
	pass(61);
	await expect(id()).rejects.toThrow("answered 400");
	expect(await id()).toBe("no-3-id");
});

test("those that were refused are forgotten, and not those that took their place", async () => {
	const { asked } = await begin();
	const first = await findCredentials();
	forgetCredentials(first);
	expect(new Set(await many())).toEqual(new Set(["no-2-id"]));
	// By another request that was signed with the first ones.
	forgetCredentials(first);
	expect(await id()).toBe("no-2-id");
	expect(asked).toHaveLength(2);
});
