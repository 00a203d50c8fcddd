import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../core/errors.js";
import { hideSecret } from "../../core/secrets.js";

const HUB = "https://huggingface.co";

/** Where the hub is, or what is spoken to as it is: HF_ENDPOINT. */
export function hubEndpoint(): URL {
	const text = process.env.HF_ENDPOINT || HUB;
	try {
		return new URL(`${text.replace(/\/+$/, "")}/`);
	} catch {
		throw new UsageError(
			"bad-url",
			`${text} is not the URL of a hub (HF_ENDPOINT): it begins with https://.`,
		);
	}
}

/** The token of the person who asks: HF_TOKEN, or what `hf auth login` keeps; null: none. */
export function hubToken(): string | null {
	const token = findToken();
	if (token !== null) hideSecret(token);
	return token;
}

function findToken(): string | null {
	const { env } = process;
	const given = (env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || "").trim();
	if (given !== "") return given;
	if (/^(?:1|on|yes|true)$/i.test(env.HF_HUB_DISABLE_IMPLICIT_TOKEN ?? ""))
		return null;
	const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
	const home = env.HF_HOME || join(cache, "huggingface");
	try {
		const kept = readFileSync(env.HF_TOKEN_PATH || join(home, "token"), "utf8");
		return kept.trim() || null;
	} catch {
		return null;
	}
}
