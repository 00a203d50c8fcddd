// Servers that say what they were asked with.
import { expect, test } from "vitest";
import { storageAt } from "../../src/storage/storages.js";
import { fakeServer, withEnvironment } from "../storage/fake-server.js";
import { FakeS3 } from "../storage/s3/fake-s3.js";

const CANARY = "cAnArY";

async function told(path: string): Promise<string> {
	const storage = storageAt(path);
	const found: string[] = [];
	for (const act of [
		() => storage.find(path),
		() => storage.stat(path),
		() => storage.open(path),
	])
		await act().then(
			() => {},
			(error: Error) => found.push(`${error.message} ${error.stack}`),
		);
	expect(found.length).toBeGreaterThan(0);
	return found.join("\n");
}

test.each([400, 401, 403, 404])(
	"the hub, with %d",
	async (status) => {
		const { url, asked } = await fakeServer(({ headers }) => ({
			status,
			headers: {
				"x-error-message": `${headers.authorization} may not, nor may ${headers.authorization?.split(" ")[1]}`,
				"x-error-code": `x ${headers.authorization}`,
			},
			body: { error: headers.authorization },
		}));
		withEnvironment(
			{ HF_ENDPOINT: url, HF_HOME: "/nowhere", HF_TOKEN: `${CANARY}-token` },
			"HF_",
			"HUGGING_FACE_",
		);
		expect(await told("hf://datasets/a/b@main/c.jsonl")).not.toContain(CANARY);
		expect(asked[0].headers.authorization).toContain(CANARY);
	},
	120_000,
);

test.each([400, 401, 403, 404])("S3, with %d", async (status) => {
	const s3 = await FakeS3.start({
		refuse: ({ headers }) => ({
			status,
			code: "InvalidToken",
			message: `${headers.authorization} with ${headers["x-amz-security-token"]} may not`,
		}),
	});
	Object.assign(process.env, {
		AWS_ACCESS_KEY_ID: `${CANARY}-id`,
		AWS_SECRET_ACCESS_KEY: `${CANARY}-secret`,
		AWS_SESSION_TOKEN: `${CANARY}-session`,
	});
	expect(await told("s3://bucket/a.jsonl")).not.toContain(CANARY);
	expect(s3.requests[0].headers.authorization).toContain(CANARY);
});
