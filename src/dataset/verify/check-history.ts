import type { Manifest } from "../manifest.js";
import type { Problems } from "./problems.js";

/** Each state of a store has the tasks and inputs of the one before, and more inputs. */
export function checkHistory(
	{ history = [], planHash, tasks, inputs }: Manifest,
	problems: Problems,
): void {
	const states = [
		...history,
		{ planHash, tasks: tasks.read, inputs: inputs.length },
	];
	for (const [i, state] of history.entries()) {
		const next = states[i + 1];
		if (!(state.tasks <= next.tasks && state.inputs < next.inputs))
			problems.add(
				`the manifest's history has ${state.tasks} tasks and ${state.inputs} inputs, and then ${next.tasks} tasks and ${next.inputs} inputs`,
			);
	}
	if (new Set(states.map((state) => state.planHash)).size < states.length)
		problems.add("the manifest's history has the same planHash twice");
}
