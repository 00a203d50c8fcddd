import { allBelow, type CommandWords } from "./words.js";

/** Completion for bash 4.4 and later. */
export function bashCompletion(program: CommandWords): string {
	const all = allBelow(program);
	const values = all.flatMap(({ words, flags }) =>
		flags.flatMap(({ name, value }) => {
			if (value === null) return [];
			const pattern = `"${[...words, name].join(" ")}")`;
			if (value === "path") return [`${pattern} return ;;`];
			const choices = value === "any" ? "" : value.join(" ");
			return [`${pattern} words="${choices}"; compopt +o default ;;`];
		}),
	);
	const flags = all.map(
		({ words, flags }) =>
			`"${words.join(" ")}") words="${flags.map(({ name }) => name).join(" ")}" ;;`,
	);
	const commands = all
		.map(({ words, commands, choices }) => ({
			path: words.join(" "),
			next: choices ?? commands.map(({ words }) => words.at(-1)),
		}))
		.filter(({ next }) => next.length > 0)
		.map(
			({ path, next }) =>
				`"${path}") words="${next.join(" ")}"; compopt +o default ;;`,
		);
	const paths = all.flatMap(({ words }) =>
		words.length > 0 ? [`"${words.join(" ")}"`] : [],
	);
	return `# Completion of seqpack for bash: source <(seqpack completion bash)
_seqpack() {
	local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
	local command= words= word i
	# Of --flag=value bash makes three words.
	if [[ $current == "=" ]]; then
		current=
	elif [[ $before == "=" ]]; then
		before=\${COMP_WORDS[COMP_CWORD-2]}
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		word="\${command:+$command }\${COMP_WORDS[i]}"
		case "$word" in
			${paths.join(" | ")}) command=$word ;;
		esac
	done
	case "\${command:+$command }$before" in
		${values.join("\n\t\t")}
		*)
			case "$current" in
				-*)
					case "$command" in
						${flags.join("\n\t\t\t\t\t\t")}
					esac ;;
				*)
					case "$command" in
						${commands.join("\n\t\t\t\t\t\t")}
					esac ;;
			esac ;;
	esac
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _seqpack seqpack
`;
}
