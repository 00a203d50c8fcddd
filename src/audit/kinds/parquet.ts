import type { AuditKind } from "../kind.js";
import {
	attention,
	labels,
	lengths,
	mask,
	positions,
	starts,
} from "./roles.js";
import { tableRows } from "./table-rows.js";

const roles = {
	attention_mask: attention,
	seq_lengths: lengths,
	doc_lens: lengths,
	seq_start_id: starts,
	position_ids: positions,
	labels,
	loss_mask: mask,
};

export const parquet: AuditKind = {
	meaning: "any table of tokens, whose loss_mask is not shifted",
	readFrom: ["input_ids", "tokens", ...Object.keys(roles)],
	formats: ["parquet", "arrow"],
	guessesBorders: false,
	dealsFiles: true,
	rows: (file) => tableRows(file, ["input_ids", "tokens"], roles),
};
