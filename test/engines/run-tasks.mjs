// Runs tasks of a planned build in a process of its own.
// Arguments: the output directory, the numbers of the tasks as JSON, or "finalize".
import { finalizeBuild, openBuild, runTasks } from "../../dist/src/index.js";

const [out, work] = process.argv.slice(2);
try {
	const planned = await openBuild(out);
	if (work === "finalize") await finalizeBuild(planned);
	else await runTasks(planned, JSON.parse(work), { workers: 0 });
} catch (error) {
	console.error(`${error.code}: ${error.message}`);
	process.exitCode = error.exitCode ?? 99;
}
