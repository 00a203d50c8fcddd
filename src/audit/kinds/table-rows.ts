import { sourceFormats } from "../../sources/formats.js";
import type { AuditedFile } from "../kind.js";
import { type AuditRow, bordersByEos, paddingStart } from "../row.js";
import { numbersOf } from "./numbers-of.js";
import { Draft, type Role } from "./roles.js";
import { tableValues } from "./table-values.js";

/** What the columns of a table are, by their names. */
export type Roles = Readonly<Record<string, Role>>;

/**
 * The rows of a table. Where no column has borders, a row is one sequence, unless EOS
 * is to part it.
 * @param ids Columns of which one has the tokens.
 */
export async function* tableRows(
	audited: AuditedFile,
	ids: readonly string[],
	roles: Roles,
	partsByEos = false,
): AsyncGenerator<AuditRow> {
	const { file, shard, eos, onUnusable } = audited;
	const { describePlace } = sourceFormats.find(file.format);
	const names = Object.keys(roles);
	const columns = [...ids, ...names];
	for await (const record of tableValues(audited, columns)) {
		const { number, values } = record;
		const place = () => describePlace(file.path, number);
		const at = ids.findIndex((_, c) => values[c] !== undefined);
		const tokens = at === -1 ? null : numbersOf(values[at]);
		if (tokens === null) {
			onUnusable(
				place(),
				`it has no list of whole numbers in ${ids.join(" or ")}; its columns are ${record.columns().join(", ")}`,
			);
			// Where there is no such column, the file has none of it.
			if (at === -1) return;
			continue;
		}
		const draft = new Draft(tokens);
		for (const [c, name] of names.entries()) {
			const value = values[ids.length + c];
			if (value === undefined || value === null) continue;
			const numbers = numbersOf(value);
			if (numbers === null) draft.fault ??= `${name} is no list of numbers`;
			else roles[name](draft, numbers, name);
		}
		const bad = tokens.findIndex((id) => id < 0);
		if (bad !== -1)
			draft.fault ??= `token ${bad} is no whole number from 0 to ${2 ** 31 - 1}`;
		if (draft.fault !== null) onUnusable(place(), draft.fault);
		else
			yield {
				place,
				shard,
				number,
				...finished(draft, eos, partsByEos),
			};
	}
}

function finished(
	draft: Draft,
	eos: number | null,
	partsByEos: boolean,
): Omit<AuditRow, "place" | "shard" | "number"> {
	const { ids, trained, isMask, isAnswerMask, labels, lostLabels } = draft;
	const { hidesBorders } = draft;
	const isSaid = draft.to < ids.length;
	const to = isSaid ? draft.to : paddingStart(ids, eos);
	const said = draft.borders;
	const all = said ?? bordersByEos(ids, to, partsByEos ? eos : null);
	const within = all.slice(0, -1).filter((at) => at > draft.from && at < to);
	const borders =
		draft.from < to
			? Int32Array.of(draft.from, ...within, to)
			: Int32Array.of(draft.from);
	return {
		...{ ids, trained, isMask, isAnswerMask, labels, lostLabels },
		...{ borders, hidesBorders },
		isGuessed: said === null && within.length > 0,
		sequencesInPadding: all.slice(0, -1).filter((at) => at > to).length,
	};
}
