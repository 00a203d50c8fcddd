import { serve } from "../threads/serve.js";
import { type ThreadData, ThreadSide, type UnitMessage } from "./run-units.js";
import type { Unit, UnitResult } from "./unit.js";

let side: ThreadSide | null = null;

serve<ThreadData, Unit, UnitResult, UnitMessage>(
	(data, served) => {
		const own = new ThreadSide(data, served);
		side = own;
		return (unit) => own.run(unit);
	},
	() => side?.taken(),
);
