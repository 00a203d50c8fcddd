import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shells } from "../../cli/completion.js";
import { allBelow, wordsOf } from "../../cli/completions/words.js";
import { createProgram } from "../../cli/program.js";
import { directoryWith, seqpack } from "../helpers.js";

const program = wordsOf(createProgram());

/** Whether a shell is here. */
const isHere = (shell: string) => spawnSync(shell, ["-c", "exit"]).status === 0;

/** What bash offers at the end of a command line, of which the last word may be begun. */
function offered(words: readonly string[]): string[] {
	const directory = directoryWith({});
	const script = join(directory, "completion.bash");
	writeFileSync(script, shells.find("bash").script(program));
	const line = [
		`source ${script}`,
		"compopt() { :; }",
		`COMP_WORDS=(${["seqpack", ...words].map((word) => `'${word}'`).join(" ")})`,
		`COMP_CWORD=${words.length}`,
		"_seqpack",
		`printf '%s\\n' "\${COMPREPLY[@]}"`,
	].join("\n");
	const { stdout, stderr, status } = spawnSync("bash", ["-c", line], {
		encoding: "utf8",
	});
	expect(stderr).toBe("");
	expect(status).toBe(0);
	return stdout.split("\n").filter((word) => word !== "");
}

test.skipIf(!isHere("bash")).each<[string, string[], string[]]>([
	["a command that is begun", ["bui"], ["build"]],
	["a command below another", ["tokenizer", ""], ["inspect"]],
	["choices of an argument", ["completion", ""], ["bash", "zsh", "fish"]],
	["a flag that is begun", ["build", "--pack"], ["--packer"]],
	["choices", ["build", "corpus", "--format", ""], ["parquet", "arrow"]],
	["a choice after =", ["build", "--format", "=", "par"], ["parquet"]],
	["a choice that is begun", ["build", "--log-level", "d"], ["debug"]],
	["nothing for a number", ["build", "--seq-len", ""], []],
	["nothing of its own for a file", ["build", "--tokenizer", ""], []],
	["nothing of its own for inputs", ["build", "cor"], []],
])("bash offers %s: %j", (_, words, due) => {
	expect(offered(words)).toEqual(due);
});

test.each(shells.names)(
	"%s knows every command and every flag",
	async (shell) => {
		const { code, stdout } = await seqpack(["completion", shell]);
		expect(code).toBe(0);
		for (const { words, flags, choices } of allBelow(program)) {
			for (const word of words) expect(stdout).toContain(word);
			if (choices !== null) expect(stdout).toContain(choices.join(" "));
			for (const { name } of flags)
				expect(stdout).toContain(
					shell === "fish" ? ` -l ${name.slice(2)}` : name,
				);
		}
		expect(stdout).toContain("column-generation");
	},
);

test.each(shells.names)("%s reads its script", (shell) => {
	if (!isHere(shell)) return;
	const directory = directoryWith({
		script: shells.find(shell).script(program),
	});
	const { status, stderr } = spawnSync(
		shell,
		["-n", join(directory, "script")],
		{
			encoding: "utf8",
		},
	);
	expect(stderr).toBe("");
	expect(status).toBe(0);
});

test("an unknown shell is wrong use", async () => {
	const { code, stderr } = await seqpack(["completion", "csh"]);
	expect(code).toBe(2);
	expect(stderr).toMatch(/bash, zsh, fish/);
});
