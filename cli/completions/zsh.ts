import { allBelow, type CommandWords, type FlagWords } from "./words.js";

/** Completion for zsh. */
export function zshCompletion(program: CommandWords): string {
	return `#compdef seqpack
# Completion of seqpack for zsh: seqpack completion zsh > "\${fpath[1]}/_seqpack"
${allBelow(program).map(functionOf).join("\n")}
if [ "$funcstack[1]" = "_seqpack" ]; then
	_seqpack "$@"
else
	compdef _seqpack seqpack
fi
`;
}

const nameOf = (words: readonly string[]) =>
	["_seqpack", ...words].join("_").replaceAll("-", "_");

function functionOf({ words, flags, commands, choices }: CommandWords): string {
	const specs = flags.map((flag) => `\t\t${quoted(specOf(flag))} \\`);
	if (commands.length === 0)
		return `${nameOf(words)}() {
	_arguments -s \\
${specs.join("\n")}
		'${choices === null ? "*:file:_files" : `1:value:(${choices.join(" ")})`}'
}
`;
	const named = commands.map(
		({ words, help }) =>
			`\t\t${quoted(`${words.at(-1)}:${help.replaceAll(":", "\\:")}`)}`,
	);
	const cases = commands.map(
		({ words }) => `\t\t${words.at(-1)}) ${nameOf(words)} ;;`,
	);
	return `${nameOf(words)}() {
	local state line
	local -a commands
	commands=(
${named.join("\n")}
	)
	_arguments -C \\
${specs.join("\n")}
		'1: :->command' '*:: :->rest'
	case $state in
		command) _describe command commands ;;
		rest) case $line[1] in
${cases.join("\n")}
		esac ;;
	esac
}
`;
}

function specOf({ name, help, value }: FlagWords): string {
	const told = `${name}[${escaped(help)}]`;
	if (value === null) return told;
	// A flag may be given several times.
	const action =
		value === "path" ? "_files" : value === "any" ? "" : `(${value.join(" ")})`;
	return `*${name}=[${escaped(help)}]:value:${action}`;
}

const escaped = (text: string) => text.replace(/[[\]:\\]/g, "\\$&");

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
