import { type JobName, jobs } from "./jobs.js";
import { sentenceOf } from "./sentence.js";

self.addEventListener("message", ({ data }) => {
	const { name, given } = data as { name: JobName; given: [never] };
	try {
		const compute = jobs[name] as (...given: never[]) => unknown;
		postMessage({ value: compute(...given), fault: null });
	} catch (error) {
		postMessage({ value: null, fault: sentenceOf(error) });
	}
});
