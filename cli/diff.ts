import { exitCodes } from "../src/core/exit-codes.js";
import { flag, grouped, required, text } from "../src/core/option.js";
import { diffTable } from "../src/options/diff.js";
import { diff } from "../src/report/diff/diff.js";
import { commandOf } from "./command.js";
import { describeDiff } from "./describe-diff.js";
import { outputTable } from "./output-options.js";
import { runTold } from "./run-build.js";

export const diffCommandTable = {
	a: required(
		text({
			placeholder: "a",
			help: "the directory of a dataset, a store, a packing, a plan, packed records or an export",
		}),
	),
	b: required(
		text({
			placeholder: "b",
			help: "the directory of another one of the same kind",
		}),
	),
	...diffTable,
	...grouped("Output", {
		exitCode: flag({
			default: false,
			help: `end with ${exitCodes.data.code} if something differs, for scripts`,
		}),
	}),
	...outputTable,
};

export const diffCommand = () =>
	commandOf({
		name: "diff",
		description:
			"Show what differs between two datasets, plans, packed records or exports: settings, documents, rows.",
		table: diffCommandTable,
		arguments: ["a", "b"],
		notes: `If the hashes are equal, the two are the same, and nothing more is read; otherwise all rows are read.
The exit code is 0 whatever differs; with --exit-code it is 4 if something does.`,
		examples: [
			"seqpack diff data/ data-new/",
			"seqpack diff plan/ plan-new/ --exit-code --quiet",
		],
		async run({ a, b, json, exitCode, limit }) {
			let isSame = true;
			const code = await runTold(
				json,
				({ signal, onProgress }) =>
					diff(a, b, {
						signal,
						onProgress,
						...(limit !== undefined && { limit }),
					}),
				(result) => {
					isSame = result.same;
					return describeDiff(result);
				},
				(result) => ({ version: 1, command: "diff", ...result }),
			);
			return exitCode && !isSame ? exitCodes.data.code : code;
		},
	});
