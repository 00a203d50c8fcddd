import type { AuditKind } from "../kind.js";
import { attention, labels, positions } from "./roles.js";
import { tableRows } from "./table-rows.js";

const roles = { attention_mask: attention, position_ids: positions, labels };

export const axolotl: AuditKind = {
	meaning: "tokens for Axolotl, as it prepares them or packed",
	readFrom: ["input_ids", ...Object.keys(roles)],
	formats: ["parquet", "arrow"],
	guessesBorders: false,
	dealsFiles: true,
	rows: (file) => tableRows(file, ["input_ids"], roles),
};
