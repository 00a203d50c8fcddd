/**
 * Units of text, and segments that are filled with them. Needs nothing from Node.
 * @module seqpack/segment
 */
export { SeqpackError, UsageError } from "./core/errors.js";
export { costStarts } from "./segment/costs.js";
export {
	type Closing,
	type FillRule,
	fillUnits,
	type Segments,
} from "./segment/fill-units.js";
export type { UnitKind } from "./segment/unit-kind.js";
export { unitKinds, unitStarts } from "./segment/units.js";
