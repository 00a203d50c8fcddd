import {
	bytesText,
	counted,
	grouped,
	leftText,
	percent,
} from "../src/core/number-texts.js";
import type { Progress } from "../src/core/progress.js";
import type { Terminal } from "./terminal.js";
import { bar, truncate, widthOf } from "./width.js";

/** How far something is, how fast it goes, and what it takes. */
export interface ShownProgress extends Progress {
	/** Since it began. */
	seconds: number;
	/** Null: not known, or none. */
	bytesPerSecond: number | null;
	tokensPerSecond: number | null;
	secondsLeft: number | null;
	/** Bytes of the process. */
	memory: number;
}

type Look = Pick<Terminal, "columns" | "hasUnicode" | "style">;

/** The widest bar, and the narrowest that tells anything. */
const WIDEST = 40;
const NARROWEST = 8;

/** What is done of all, from 0 to 1; null where all is not known. */
export function shareOf({
	bytes,
	totalBytes,
	done,
	total,
}: Pick<Progress, "bytes" | "totalBytes" | "done" | "total">): number | null {
	if (totalBytes !== null && totalBytes > 0)
		return Math.min(1, bytes / totalBytes);
	if (total === null) return null;
	return total > 0 ? Math.min(1, done / total) : 1;
}

/** A block of a few lines, each narrower than the terminal. */
export function drawProgress(shown: ShownProgress, look: Look): string[] {
	const { style, hasUnicode } = look;
	const columns = Math.max(1, look.columns - 1);
	const dot = hasUnicode ? " · " : ", ";
	const ellipsis = hasUnicode ? "…" : "...";
	const name = shown.stage;
	const indent = " ".repeat(Math.min(name.length + 2, columns >> 2));
	const head = headFacts(shown).join(dot);
	const share = shareOf(shown);
	const room = Math.min(WIDEST, columns - name.length - widthOf(head) - 4);
	const drawn =
		share === null || room < NARROWEST ? "" : `${drawBar(share, room, look)}  `;
	const lines = [
		`${style("bold", name)}  ${drawn}${head}`,
		...filled(facts(shown), dot, columns - indent.length).map((line) =>
			style("dim", indent + line),
		),
	];
	return lines.map((line) => truncate(line, columns, ellipsis));
}

/** The same as one line, for a log. */
export function progressLine(shown: ShownProgress): string {
	const all = [...headFacts(shown), ...facts(shown)];
	return `${shown.stage}: ${all.join(" · ").trimStart()}`;
}

function drawBar(
	share: number,
	columns: number,
	{ hasUnicode, style }: Look,
): string {
	const { full, rest } = bar(share, columns, hasUnicode);
	const empty = hasUnicode ? "░".repeat(rest.length) : rest;
	return style("cyan", full) + style("dim", empty);
}

/** How much is done, and how long it will take. */
function headFacts(shown: ShownProgress): string[] {
	const { done, total, unit, secondsLeft } = shown;
	return [
		...percentText(shown),
		total === null
			? counted(done, unit)
			: `${grouped(done)} of ${counted(total, unit)}`,
		...(secondsLeft === null ? [] : [`${leftText(secondsLeft)} left`]),
	];
}

/** Whole percent; 100 only where all is done. */
function percentText(shown: ShownProgress): string[] {
	const share = shareOf(shown);
	if (share === null) return [];
	const { done, total } = shown;
	const isDone = total === null ? share === 1 : done >= total;
	const whole = isDone ? 100 : Math.min(99, Math.floor(100 * share));
	return [`${whole} %`.padStart(5)];
}

/** The other facts, of which those that say nothing are left out. */
function facts(shown: ShownProgress): string[] {
	const { bytes, totalBytes, tokens, packed, memory } = shown;
	const { bytesPerSecond, tokensPerSecond } = shown;
	return [
		...(totalBytes !== null
			? [`${bytesText(bytes)} of ${bytesText(totalBytes)}`]
			: bytes > 0
				? [bytesText(bytes)]
				: []),
		...(bytesPerSecond === null ? [] : [`${bytesText(bytesPerSecond)}/s`]),
		...(tokens > 0 ? [counted(tokens, "token")] : []),
		...(tokensPerSecond === null
			? []
			: [`${grouped(rounded(tokensPerSecond))} tokens/s`]),
		...(packed === null
			? []
			: [
					`${counted(packed.rows, "row")}, ${percent(packed.tokens / Math.max(1, packed.room))} full`,
				]),
		`${bytesText(memory)} of memory`,
	];
}

/** Three digits of a number. */
function rounded(number: number): number {
	return number < 1000 ? Math.round(number) : Number(number.toPrecision(3));
}

/** Facts in as many lines as they need. */
function filled(
	facts: readonly string[],
	dot: string,
	columns: number,
): string[] {
	const lines: string[] = [];
	for (const fact of facts) {
		const last = lines.at(-1);
		const longer = `${last}${dot}${fact}`;
		if (last !== undefined && widthOf(longer) <= columns)
			lines[lines.length - 1] = longer;
		else lines.push(fact);
	}
	return lines;
}
