import { allBelow, type CommandWords } from "./words.js";

/** Completion for fish. */
export function fishCompletion(program: CommandWords): string {
	const lines = allBelow(program).flatMap((command) => [
		...command.commands.map(
			({ words, help }) =>
				`complete -c seqpack -f -n ${quoted(atCommand(command))} -a ${words.at(-1)} -d ${quoted(help)}`,
		),
		...(command.choices === null
			? []
			: [
					`complete -c seqpack -f -n ${quoted(within(command))} -a ${quoted(command.choices.join(" "))}`,
				]),
		...command.flags.map(({ name, help, value }) => {
			const takes =
				value === null
					? ""
					: value === "path"
						? " -r -F"
						: value === "any"
							? " -x"
							: ` -x -a ${quoted(value.join(" "))}`;
			return `complete -c seqpack -n ${quoted(within(command))} -l ${name.replace(/^-+/, "")}${takes} -d ${quoted(help)}`;
		}),
	]);
	return `# Completion of seqpack for fish: seqpack completion fish > ~/.config/fish/completions/seqpack.fish
${lines.join("\n")}
`;
}

/** Whether a command line is of a command. */
function within({ words, commands }: CommandWords): string {
	if (words.length === 0) return atCommand({ words, commands });
	return words
		.map((word) => `__fish_seen_subcommand_from ${word}`)
		.join("; and ");
}

/** The same, and the name of a command below it is due. */
function atCommand({
	words,
	commands,
}: Pick<CommandWords, "words" | "commands">): string {
	const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
	const names = commands.map(({ words }) => words.at(-1)).join(" ");
	return [...seen, `not __fish_seen_subcommand_from ${names}`].join("; and ");
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
