import { programValue } from "./option.js";
import { redacted } from "./secrets.js";

/** How much is told, from little to much. */
export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Told of things worth knowing, as sentences. */
export type OnNotice = (notice: string, level: LogLevel) => void;

/** Whether what has a level is told where no more than another is asked for. */
export function isTold(level: LogLevel, asked: LogLevel): boolean {
	return logLevels.indexOf(level) <= logLevels.indexOf(asked);
}

/** Passes on what is as important as is asked for, without credentials. */
export function noticesUpTo(
	asked: LogLevel = "info",
	onNotice: OnNotice = () => {},
): OnNotice {
	return (notice, level) => {
		if (isTold(level, asked)) onNotice(redacted(notice), level);
	};
}

/** How a program is told of things worth knowing. */
export const noticeOptions = {
	onNotice: programValue<OnNotice>(
		"a function",
		(value) => typeof value === "function",
		{
			help: "told of things worth knowing: a sentence, and `warn`, `info` or `debug`",
			made: (onNotice) => (notice, level) => onNotice(redacted(notice), level),
		},
	),
};

/** How much of what a build does it tells. */
export const logLevelOption = {
	logLevel: programValue<LogLevel>(
		`one of ${logLevels.join(", ")}`,
		(value) => logLevels.some((level) => level === value),
		{
			help: "how much `onNotice` is told, up to `debug`",
			defaultText: "`info`",
		},
	),
};
