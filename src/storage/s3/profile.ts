import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { hasCode } from "../system-errors.js";

/** The settings of a profile, by their names. */
export type Profile = Readonly<Record<string, string>>;

/** The name of the profile that is asked for. */
export function profileName(): string {
	return (
		process.env.AWS_PROFILE || process.env.AWS_DEFAULT_PROFILE || "default"
	);
}

/** The settings of a profile in ~/.aws/config and ~/.aws/credentials, of which the latter count for more; empty where there is none. */
export function readProfile(name = profileName()): Profile {
	return { ...readSections().get(name) };
}

let known: { of: string; sections: Map<string, Profile> } | null = null;

/** All profiles, by their names; `sso-session NAME` for those sections. */
export function readSections(): Map<string, Profile> {
	const [config, credentials] = profileFiles();
	const of = `${config}\0${credentials}`;
	if (known?.of === of) return known.sections;
	const sections = new Map<string, Record<string, string>>();
	for (const [name, values] of [
		...parseIni(textOf(config), true),
		...parseIni(textOf(credentials), false),
	])
		sections.set(name, { ...sections.get(name), ...values });
	known = { of, sections };
	return sections;
}

/** The files that hold profiles: of settings, and of credentials. */
export function profileFiles(): [string, string] {
	return [
		process.env.AWS_CONFIG_FILE || inHome("config"),
		process.env.AWS_SHARED_CREDENTIALS_FILE || inHome("credentials"),
	];
}

function inHome(name: string): string {
	return join(homedir(), ".aws", name);
}

function textOf(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "EISDIR")) return "";
		throw error;
	}
}

/** @param isConfig Whether sections of profiles are called `profile NAME`, but for the default. */
function parseIni(
	text: string,
	isConfig: boolean,
): [string, Record<string, string>][] {
	const sections: [string, Record<string, string>][] = [];
	let values: Record<string, string> = {};
	let parent = "";
	for (const raw of text.split(/\r?\n/)) {
		const line = raw.replace(/(?:^|\s)[#;].*$/, "");
		const head = /^\s*\[\s*(.*?)\s*\]\s*$/.exec(line);
		if (head !== null) {
			const name = isConfig ? head[1].replace(/^profile\s+/, "") : head[1];
			values = {};
			sections.push([name.replace(/^(["'])(.*)\1$/, "$2"), values]);
			continue;
		}
		const pair = /^(\s*)([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line);
		if (pair === null) continue;
		// Settings that are indented are those of the setting above.
		if (pair[1] !== "" && parent !== "")
			values[`${parent}.${pair[2]}`] = pair[3];
		else {
			values[pair[2]] = pair[3];
			parent = pair[3] === "" ? pair[2] : "";
		}
	}
	return sections;
}
