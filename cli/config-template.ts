import type { Option } from "../src/core/option.js";
import { buildTable } from "../src/options/build.js";
import { configName } from "../src/options/build-config.js";
import { sourceTable } from "../src/options/sources.js";
import { defaultText } from "./describe-option.js";

const HEAD = `# What \`seqpack build --config seqpack.yaml\` builds. Every option of the command can stand
# here by its name; what is given on the command line comes first. Paths go by the working directory.

tokenizer: tokenizer.json
seq-len: 8192
out: data/

# Each source has a name, inputs, and options of its own; options below hold for all.
sources:
  - name: web
    inputs: [corpus/web/]
    # where: 'lang == "en"'
  - name: code
    inputs: [corpus/code/]
    # text: "{path}\\n\\n{content}"
    # repeat: 1.5
`;

/** A configuration to begin with: every option there is, as a comment with what it is. */
export function configTemplate(): string {
	const groups = new Map<string, string[]>();
	for (const [name, option] of Object.entries<Option>(buildTable)) {
		const key = configName(name);
		const { type, group = "Others" } = option;
		if (type.written === "none" || HEAD.includes(`\n${key}:`)) continue;
		if (name === "inputs") continue;
		const lines = groups.get(group) ?? [];
		groups.set(group, lines);
		const usual = defaultText(option, configName);
		lines.push(
			`# ${option.help}${usual === null ? "" : ` (default: ${usual})`}`,
			`# ${key}: ${exampleOf(option)}`,
		);
	}
	const sections = Array.from(
		groups,
		([group, lines]) => `\n# ${group}\n\n${lines.join("\n")}\n`,
	);
	return `${HEAD}\n# Of one source alone: ${ofSourceAlone().join(", ")}.\n${sections.join("")}`;
}

function ofSourceAlone(): string[] {
	return Object.keys(sourceTable)
		.filter((name) => !Object.hasOwn(buildTable, name))
		.map(configName);
}

function exampleOf({ type, default: usual }: Option): string {
	if (typeof usual === "string") return JSON.stringify(usual);
	if (usual !== undefined) return JSON.stringify(usual);
	return type.choices?.[0] ?? `<${type.placeholder ?? "true or false"}>`;
}
