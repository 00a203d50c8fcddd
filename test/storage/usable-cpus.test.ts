import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { usableCpus } from "../../src/storage/usable-cpus.js";
import { temporaryDirectory } from "../helpers.js";

/** CPUs of a process on a machine of 64 whose files of control groups are these. */
function cpusWith(
	files: Record<string, string>,
	env: Record<string, string> = {},
): number {
	const root = temporaryDirectory();
	for (const [path, content] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), content);
	}
	return usableCpus({ env, root, parallelism: 64 });
}

test.each([
	["no control groups", {}, 64],
	[
		"version 2, in a container",
		{
			"proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/cpu.max": "350000 100000\n",
		},
		4,
	],
	[
		"version 2 without a limit",
		{
			"proc/self/cgroup": "0::/user.slice\n",
			"sys/fs/cgroup/user.slice/cpu.max": "max 100000\n",
		},
		64,
	],
	[
		"version 2, limited above",
		{
			"proc/self/cgroup": "0::/kubepods/pod1/c1\n",
			"sys/fs/cgroup/kubepods/pod1/cpu.max": "200000 100000\n",
			"sys/fs/cgroup/kubepods/pod1/c1/cpu.max": "max 100000\n",
		},
		2,
	],
	[
		"version 1",
		{
			"proc/self/cgroup":
				"11:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n0::/\n",
			"sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us": "150000\n",
			"sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us": "100000\n",
		},
		2,
	],
	[
		"version 1, where the container sees its own group at the top",
		{
			"proc/self/cgroup": "4:cpu,cpuacct:/docker/a\n",
			"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
			"sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
		},
		1,
	],
	[
		"version 1 without a limit",
		{
			"proc/self/cgroup": "4:cpu:/\n",
			"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
			"sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
		},
		64,
	],
] as [string, Record<string, string>, number][])("%s", (_, files, cpus) => {
	expect(cpusWith(files)).toBe(cpus);
});

test("Slurm says how many it has given", () => {
	const limited = {
		"proc/self/cgroup": "0::/\n",
		"sys/fs/cgroup/cpu.max": "200000 100000\n",
	};
	expect(cpusWith(limited, { SLURM_CPUS_PER_TASK: "12" })).toBe(12);
	expect(cpusWith(limited, { SLURM_CPUS_PER_TASK: "" })).toBe(2);
	expect(cpusWith(limited, { SLURM_CPUS_PER_TASK: "all" })).toBe(2);
});
