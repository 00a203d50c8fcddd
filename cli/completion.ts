import type { Command } from "commander";
import { entryOf, required } from "../src/core/option.js";
import { registry } from "../src/core/registry.js";
import { commandOf } from "./command.js";
import { bashCompletion } from "./completions/bash.js";
import { fishCompletion } from "./completions/fish.js";
import { type CommandWords, wordsOf } from "./completions/words.js";
import { zshCompletion } from "./completions/zsh.js";
import { toldTable } from "./output-options.js";
import { writeOut } from "./streams.js";

interface Shell {
	meaning: string;
	/** The script that completes a command. */
	script: (program: CommandWords) => string;
}

export const shells = registry<"bash" | "zsh" | "fish", Shell>("shell", {
	bash: {
		meaning: "source <(seqpack completion bash), in ~/.bashrc",
		script: bashCompletion,
	},
	zsh: {
		meaning: 'seqpack completion zsh > "$fpath[1]/_seqpack", once',
		script: zshCompletion,
	},
	fish: {
		meaning:
			"seqpack completion fish > ~/.config/fish/completions/seqpack.fish, once",
		script: fishCompletion,
	},
});

/** @param program The command with all of its commands. */
export const completionCommand = (program: () => Command) =>
	commandOf({
		name: "completion",
		description:
			"Print a script that has a shell complete commands, options and their choices.",
		table: {
			shell: required(entryOf(shells, { help: "the shell" })),
			...toldTable,
		},
		arguments: ["shell"],
		examples: shells.entries().map(([, { meaning }]) => meaning),
		async run({ shell }) {
			const { script } = shells.find(shell);
			await writeOut(script(wordsOf(program())));
			return 0;
		},
	});
