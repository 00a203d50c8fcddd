import { styleText } from "node:util";

/** Colours and modifiers as `util.styleText` names them. */
export type Format = Parameters<typeof styleText>[0];

/** What is written to: `process.stdout`, `process.stderr`, or what a test has instead. */
export interface Stream {
	readonly isTTY?: boolean | undefined;
	readonly columns?: number | undefined;
	readonly rows?: number | undefined;
}

/** What can be shown on a stream. */
export interface Terminal {
	/** Whether lines can be drawn anew: a terminal that knows how to, with somebody before it. */
	readonly isLive: boolean;
	readonly hasColour: boolean;
	/** Whether it shows more than ASCII: blocks, dots, an ellipsis. */
	readonly hasUnicode: boolean;
	/** How wide it is now, and how high. */
	readonly columns: number;
	readonly rows: number;
	/** A text in a colour where there are colours; as it is elsewhere. */
	style(format: Format, text: string): string;
}

/** What a stream that is no terminal is taken for. */
const USUAL = { columns: 80, rows: 24 };

/**
 * What can be shown on a stream, by NO_COLOR, FORCE_COLOR, CI and TERM.
 * @param json Whether programs read what is written: it has no colours, and nothing is drawn anew.
 */
export function terminalOf(
	stream: Stream,
	{ json = false }: { json?: boolean | undefined } = {},
	env: NodeJS.ProcessEnv = process.env,
): Terminal {
	const isTerminal = stream.isTTY === true;
	const isDumb = env.TERM === "dumb";
	const hasColour = !json && isColoured(env, isTerminal && !isDumb);
	return {
		isLive: isTerminal && !isDumb && !json && !isSet(env.CI),
		hasColour,
		// The console of Linux has no letters for eighths of a block.
		hasUnicode: !isDumb && env.TERM !== "linux",
		get columns() {
			return stream.columns || USUAL.columns;
		},
		get rows() {
			return stream.rows || USUAL.rows;
		},
		style: (format, text) =>
			hasColour && text !== ""
				? styleText(format, text, { validateStream: false })
				: text,
	};
}

/** As Node decides it: FORCE_COLOR before NO_COLOR. */
function isColoured(
	{ FORCE_COLOR, NO_COLOR, CI }: NodeJS.ProcessEnv,
	isAble: boolean,
): boolean {
	if (FORCE_COLOR !== undefined)
		return ["", "1", "2", "3", "true"].includes(FORCE_COLOR);
	if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
	return isAble && !isSet(CI);
}

/** Whether a variable says yes. */
function isSet(value: string | undefined): boolean {
	return value !== undefined && !["", "0", "false"].includes(value);
}
