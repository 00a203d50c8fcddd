import {
	bytesText,
	counted,
	grouped,
	percent,
} from "../../src/core/number-texts.js";
import type {
	Grouped,
	SourceFigures,
} from "../../src/report/figures/figures.js";
import { drawTable } from "./table.js";
import type { View } from "./view.js";

/** Parts that are drawn of each level, from the top; deeper ones are not. */
const SHOWN = [16, 6, 3];

interface Line {
	name: string;
	documents: string;
	tokens: string;
	share: string;
	bytes: string;
}

/** Sources as a tree, the largest first. */
export function drawSources(
	view: View,
	sources: Grouped<SourceFigures>,
	/** What its tokens are called. */
	tokensHead: string,
): string[] {
	const marks = view.hasUnicode
		? { more: "├ ", last: "└ ", down: "│ ", gap: "  " }
		: { more: "|- ", last: "`- ", down: "|  ", gap: "   " };
	const lines: Line[] = [];
	const draw = (
		{ entries, rest }: Grouped<SourceFigures>,
		depth: number,
		before: string,
	) => {
		const drawn = entries.slice(0, SHOWN[depth] ?? 0);
		const hidden = entries.slice(drawn.length);
		const count = hidden.length + (rest?.count ?? 0);
		for (const [i, source] of drawn.entries()) {
			const isLast = i === drawn.length - 1 && count === 0;
			const mark = depth === 0 ? "" : isLast ? marks.last : marks.more;
			lines.push(lineOf(before + mark + source.name, source));
			const below = depth === 0 ? "" : isLast ? marks.gap : marks.down;
			if (depth + 1 < SHOWN.length)
				draw(source.parts, depth + 1, before + below);
		}
		if (count === 0) return;
		const tokens =
			hidden.reduce((sum, source) => sum + (source.tokens ?? 0), 0) +
			(rest?.tokens ?? 0);
		lines.push({
			name: `${before}${depth === 0 ? "" : marks.last}and ${grouped(count)} more`,
			...{ documents: "", share: "", bytes: "" },
			tokens: tokens === 0 ? "" : grouped(tokens),
		});
	};
	draw(sources, 0, "");
	return drawTable(view, lines, [
		{ head: "source", text: ({ name }) => name },
		{
			head: "documents",
			text: ({ documents }) => documents,
			isNumber: true,
			rank: 3,
		},
		{
			head: tokensHead,
			text: ({ tokens }) => tokens,
			isNumber: true,
			rank: 1,
		},
		{ head: "share", text: ({ share }) => share, isNumber: true },
		{ head: "size", text: ({ bytes }) => bytes, isNumber: true, rank: 2 },
	]);
}

function lineOf(
	name: string,
	{ documents, tokens, share, bytes }: SourceFigures,
): Line {
	return {
		name,
		documents: documents === null ? "" : grouped(documents),
		tokens: tokens === null ? "" : grouped(tokens),
		share: share === null ? "" : percent(share),
		bytes: bytes === null ? "" : bytesText(bytes),
	};
}

/** How many sources there are, where not all stand by themselves. */
export function sourcesText({ entries, rest }: Grouped<SourceFigures>): string {
	return rest === null
		? ""
		: `: ${counted(entries.length + rest.count, "source")}, the smallest together`;
}
