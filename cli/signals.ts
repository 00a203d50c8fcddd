import { exitCodes } from "../src/core/exit-codes.js";

/** Those that shells give to a program that a signal ended. */
const EXIT_CODES = {
	SIGINT: exitCodes.interrupted.code,
	SIGTERM: exitCodes.terminated.code,
} as const;
type StopSignal = keyof typeof EXIT_CODES;

/**
 * Turns the first Ctrl-C or SIGTERM into an abort, so that work ends cleanly;
 * a second one ends the program at once.
 */
export function onStopSignals(onFirst: () => void): {
	signal: AbortSignal;
	/** The exit code for having been stopped. */
	exitCode: () => number;
	release: () => void;
} {
	const controller = new AbortController();
	let received: StopSignal = "SIGINT";
	const handle = (name: StopSignal) => {
		if (controller.signal.aborted) process.exit(EXIT_CODES[name]);
		received = name;
		onFirst();
		controller.abort();
	};
	const names = Object.keys(EXIT_CODES) as StopSignal[];
	for (const name of names) process.on(name, handle);
	return {
		signal: controller.signal,
		exitCode: () => EXIT_CODES[received],
		release: () => {
			for (const name of names) process.off(name, handle);
		},
	};
}
