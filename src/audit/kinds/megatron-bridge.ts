import type { AuditKind } from "../kind.js";
import { shiftedMask, starts } from "./roles.js";
import { tableRows } from "./table-rows.js";

const roles = { seq_start_id: starts, loss_mask: shiftedMask };

export const megatronBridge: AuditKind = {
	meaning: "packed Parquet of Megatron Bridge, whose loss_mask is shifted",
	readFrom: ["input_ids", ...Object.keys(roles)],
	formats: ["parquet"],
	guessesBorders: false,
	dealsFiles: true,
	rows: (file) => tableRows(file, ["input_ids"], roles),
};
