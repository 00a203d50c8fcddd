// Runs command lines, and functions with options of any type, one at a time as it is told, in a process that can be
// ended. Tells what came of each.
import { createProgram, run } from "../../dist/bin/program.js";
import {
	audit,
	build,
	convertDataset,
	diff,
	exportDataset,
	openBatches,
	packRecords,
	packStore,
	planCurriculum,
	SeqpackError,
	traceRow,
} from "../../dist/src/index.js";

const functions = {
	audit,
	build,
	convertDataset,
	diff,
	exportDataset,
	openBatches,
	packRecords,
	packStore,
	planCurriculum,
	traceRow,
};

let printed = "";
const capture = (part, encoding, callback) => {
	if (printed.length < 100_000) printed += part;
	(typeof encoding === "function" ? encoding : callback)?.();
	return true;
};
process.stdout.write = capture;
process.stderr.write = capture;

let stray = null;
const noteStray = (error) => {
	stray = `not caught: ${error?.stack ?? error}`;
};
process.on("unhandledRejection", noteStray);
process.on("uncaughtException", noteStray);

/** Values that no option, or few, can have. */
const odd = [
	undefined,
	null,
	true,
	0,
	-1,
	Number.NaN,
	Number.POSITIVE_INFINITY,
	2 ** 53,
	1n,
	"",
	"\0",
	"x",
	Symbol("odd"),
	() => {},
	[],
	[null],
	[Symbol("odd")],
	{},
	{ length: 2 ** 31 },
	Object.create(null),
	Object.create({ inherited: 1 }),
	new Date(Number.NaN),
	new Map(),
	new Uint8Array(3),
	JSON.parse('{"__proto__":{"polluted":1}}'),
];

async function call({ name, before, options, changes }) {
	const given = { ...options };
	for (const [option, value] of changes)
		given[option] = odd[value % odd.length];
	const result = await functions[name](...before, given);
	// What is given bit by bit.
	if (typeof result?.[Symbol.asyncIterator] === "function")
		for await (const _ of result) break;
}

async function outcomeOf(task) {
	printed = "";
	if (task.args !== undefined) {
		process.chdir(task.cwd);
		const code = await run(task.args);
		return { code, printed };
	}
	process.chdir(task.cwd);
	try {
		await call(task);
		return { code: 0, printed };
	} catch (error) {
		if (error instanceof SeqpackError)
			return { code: error.exitCode, printed: error.message };
		return { code: null, printed: String(error?.stack ?? error) };
	}
}

/** Commands with their options, as commander has them. */
function commandsOf(command, names = []) {
	const own = {
		names,
		options: command.options.map(({ long, required, optional, variadic }) => ({
			long,
			takes: required || optional || variadic,
		})),
		isLeaf: command.commands.length === 0,
	};
	return [
		own,
		...command.commands.flatMap((each) =>
			commandsOf(each, [...names, each.name()]),
		),
	];
}

process.on("message", async (task) => {
	if (task === "commands") {
		process.send(commandsOf(createProgram()).filter(({ isLeaf }) => isLeaf));
		return;
	}
	const before = process.cpuUsage();
	let outcome;
	try {
		outcome = await outcomeOf(task);
	} catch (error) {
		outcome = { code: null, printed: String(error?.stack ?? error) };
	}
	await new Promise((resolve) => setImmediate(resolve));
	const { user, system } = process.cpuUsage(before);
	const isPolluted =
		{}.polluted !== undefined || Object.keys(Object.prototype).length > 0;
	process.exitCode = 0;
	process.send({
		...outcome,
		printed: outcome.printed.slice(0, 5000),
		...(stray !== null && { stray }),
		isPolluted,
		seconds: (user + system) / 1e6,
	});
	stray = null;
});
process.on("disconnect", () => process.exit(0));
