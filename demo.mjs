// `npm run demo`: builds packed shards from the text in fixtures/ and checks them.
import { spawnSync } from "node:child_process";

const seqpack = (...args) => {
	process.stderr.write(`$ npx seqpack ${args.join(" ")}\n`);
	const command = ["dist/bin/main.js", ...args];
	const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
	if (status !== 0) process.exit(status ?? 1);
};

seqpack(
	...["build", "fixtures/prose", "fixtures/code", "fixtures/scripts"],
	...["--tokenizer", "fixtures/tokenizer"],
	...["--seq-len", "2048", "--out", "demo-data", "--overwrite"],
);
seqpack("verify", "demo-data");
