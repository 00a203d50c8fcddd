// A page for each command, made of what its help is made of.
import { createProgram } from "../dist/cli/program.js";

/** The page of each command by its file in docs/reference/commands/, and the list of them. */
export function commandPages() {
	const program = createProgram();
	const commands = leaves(program);
	return {
		pages: new Map(
			commands.map((command) => [`${fileOf(command)}.md`, pageOf(command)]),
		),
		list: table(
			["command", "does"],
			commands.map((command) => [
				`[\`${nameOf(command)}\`](commands/${fileOf(command)}.md)`,
				command.description(),
			]),
		),
	};
}

/** Commands that do something themselves. */
function leaves(command) {
	return command.commands.flatMap((child) =>
		child.commands.length > 0 ? leaves(child) : [child],
	);
}

/** The words of a command: `seqpack tokenizer inspect`. */
function nameOf(command) {
	return command.parent === null
		? command.name()
		: `${nameOf(command.parent)} ${command.name()}`;
}

function fileOf(command) {
	return nameOf(command).split(" ").slice(1).join("-");
}

function pageOf(command) {
	const help = command.createHelp();
	const groups = new Map();
	for (const option of help.visibleOptions(command)) {
		if (option.long === "--help") continue;
		const group = option.helpGroupHeading?.replace(/:$/, "") ?? "Options";
		groups.set(group, [...(groups.get(group) ?? []), option]);
	}
	const words = help.visibleArguments(command);
	return [
		`# ${nameOf(command)}`,
		command.description(),
		indented(help.commandUsage(command)),
		...(words.length === 0
			? []
			: [
					table(
						["word", "what it is"],
						words.map((word) => [
							`\`${word.name()}\``,
							help.argumentDescription(word),
						]),
					),
				]),
		...[...groups].map(
			([group, options]) =>
				`## ${group}\n\n${table(
					["option", "what it is"],
					options.map((option) => [
						`\`${help.optionTerm(option)}\``,
						help.optionDescription(option),
					]),
				)}`,
		),
		...afterHelp(command),
		"[All commands](../README.md). This page is written by `npm run docs`.",
		"",
	]
		.join("\n\n")
		.replace(/\n+$/, "\n");
}

/** What help says at its end: notes, and examples. */
function afterHelp(command) {
	let text = "";
	command.emit("afterHelp", {
		error: false,
		command,
		write: (part) => {
			text += part;
		},
	});
	const [notes, examples] = text.trim().split(/^Examples?:\n/m);
	return [
		...notes
			.split("\n\n")
			.filter((part) => part.trim() !== "")
			.map((part) => (/^ /m.test(part) ? indented(part) : part.trim())),
		...(examples === undefined
			? []
			: ["## Examples", indented(examples.replaceAll(/^ +/gm, "").trim())]),
	];
}

function indented(lines) {
	return lines.replaceAll(/^/gm, "    ");
}

function table(head, rows) {
	const line = (cells) =>
		`| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll(/<(?=\w)(?![^`]*`\s*$)/g, "&lt;")).join(" | ")} |`;
	return [line(head), line(head.map(() => "---")), ...rows.map(line)].join(
		"\n",
	);
}
