import { expect, test } from "vitest";
import { rankOfEnvironment, rankVariables } from "../../src/engines/rank.js";

test.each([
	[{}, null],
	[{ SLURM_ARRAY_TASK_ID: "7" }, [7, null]],
	[{ JOB_COMPLETION_INDEX: "0" }, [0, null]],
	[{ AWS_BATCH_JOB_ARRAY_INDEX: "3" }, [3, null]],
	[{ SGE_TASK_ID: "1" }, [0, null]],
	[{ SGE_TASK_ID: "undefined" }, null],
	[{ SGE_TASK_ID: "undefined", RANK: "2" }, [2, null]],
	[{ OMPI_COMM_WORLD_RANK: "2", OMPI_COMM_WORLD_SIZE: "4" }, [2, 4]],
	[{ PMI_RANK: "1", PMI_SIZE: "2" }, [1, 2]],
	[{ SLURM_PROCID: "1", SLURM_STEP_NUM_TASKS: "3" }, [1, 3]],
	// A batch script.
	[{ SLURM_PROCID: "0", SLURM_NTASKS: "3" }, null],
	[{ RANK: "5", WORLD_SIZE: "8" }, [5, 8]],
	[{ SEQPACK_RANK: "4", SLURM_ARRAY_TASK_ID: "7" }, [4, null]],
	[{ SEQPACK_RANK: "", SLURM_ARRAY_TASK_ID: "7" }, [7, null]],
] as [Record<string, string>, [number, number | null] | null][])(
	"%j",
	(env, expected) => {
		const found = rankOfEnvironment(env);
		expect(found && [found.rank, found.ranks]).toEqual(expected);
		if (found) expect(Object.keys(env)).toContain(found.from.split(" ")[0]);
	},
);

test("an earlier variable goes before a later one", () => {
	for (const [i, name] of rankVariables.entries())
		for (const later of rankVariables.slice(i + 1)) {
			const env = { [name]: "3", [later]: "9", SLURM_STEP_NUM_TASKS: "20" };
			const { rank, from } = rankOfEnvironment(env) ?? {};
			expect([rank, from?.split(" ")[0]]).toEqual([
				name === "SGE_TASK_ID" ? 2 : 3,
				name,
			]);
		}
});

test.each([
	{ SEQPACK_RANK: "first" },
	{ SEQPACK_RANK: "-1" },
	{ SGE_TASK_ID: "0" },
	{ RANK: "1.5" },
	{ RANK: "0", WORLD_SIZE: "many" },
])("%j is no rank", (env) => {
	const [name] = Object.keys(env).slice(-1);
	expect(() => rankOfEnvironment(env)).toThrow(
		expect.objectContaining({
			code: "bad-rank",
			message: expect.stringContaining(name),
		}),
	);
});
