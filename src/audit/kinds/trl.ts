import type { AuditKind } from "../kind.js";
import {
	answerMask,
	hidingAttention,
	labels,
	lengths,
	positions,
} from "./roles.js";
import { tableRows } from "./table-rows.js";

const roles = {
	attention_mask: hidingAttention,
	seq_lengths: lengths,
	position_ids: positions,
	labels,
	completion_mask: answerMask,
	assistant_masks: answerMask,
};

export const trl: AuditKind = {
	meaning: "tokens for TRL, packed with seq_lengths, or one document per row",
	readFrom: ["input_ids", ...Object.keys(roles)],
	formats: ["parquet", "arrow"],
	guessesBorders: false,
	dealsFiles: true,
	rows: (file) => tableRows(file, ["input_ids"], roles),
};
