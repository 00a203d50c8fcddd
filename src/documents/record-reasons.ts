import { badRecordReasons } from "../sources/read-records.js";
import { carriedReasons } from "./carried/reasons.js";
import { conversationReasons } from "./conversations/reasons.js";
import { tokenListReasons } from "./token-lists/reasons.js";
import { unitReasons } from "./units/reasons.js";

/** All reasons there are for records that cannot be used, each with what it means. */
export function recordReasons(): Record<string, string> {
	return {
		...badRecordReasons(),
		...conversationReasons,
		...tokenListReasons,
		...unitReasons,
		...carriedReasons,
	};
}
