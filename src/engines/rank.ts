import { UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";

/** Which of several processes this one is. */
export interface Rank {
	/** From 0. */
	rank: number;
	/**
	 * How many processes share the groups: the rank takes every so many-th group; null: a
	 * process a group, whose number is the rank.
	 */
	ranks: number | null;
	/** What told it. */
	from: string;
}

/** A variable that tells ranks. */
interface RankVariable {
	name: string;
	/** The number of the first rank. */
	first?: number;
	/** The variable that tells how many processes there are, where a launcher starts a fixed number. */
	ranks?: string;
	/** Whether it tells nothing without that variable. */
	isNothingAlone?: boolean;
}

/** The first that is set counts. */
const variables: readonly RankVariable[] = [
	{ name: "SEQPACK_RANK", ranks: "SEQPACK_RANKS" },
	{ name: "SLURM_ARRAY_TASK_ID" },
	{ name: "JOB_COMPLETION_INDEX" },
	{ name: "AWS_BATCH_JOB_ARRAY_INDEX" },
	{ name: "SGE_TASK_ID", first: 1 },
	{ name: "OMPI_COMM_WORLD_RANK", ranks: "OMPI_COMM_WORLD_SIZE" },
	{ name: "PMI_RANK", ranks: "PMI_SIZE" },
	// A batch script has it too, where no srun has started several processes.
	{
		name: "SLURM_PROCID",
		ranks: "SLURM_STEP_NUM_TASKS",
		isNothingAlone: true,
	},
	{ name: "RANK", ranks: "WORLD_SIZE" },
];

/** The names of these, in their order. */
export const rankVariables = variables.map(({ name }) => name);

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The rank that a scheduler or launcher gives to this process; null where none does.
 * @throws UsageError `bad-rank` for a variable that holds no rank
 */
export function rankOfEnvironment(env: Environment): Rank | null {
	for (const { name, first = 0, ranks = "", isNothingAlone } of variables) {
		const [given, count] = [env[name], env[ranks]];
		// SGE says "undefined" to jobs that are no array.
		if (given === undefined || given === "" || given === "undefined") continue;
		const isCounted = count !== undefined && count !== "";
		if (isNothingAlone && !isCounted) continue;
		const rank = numberOf(name, given) - first;
		if (rank < 0) throw badRank(name, given);
		return {
			rank,
			ranks: isCounted ? Math.max(1, numberOf(ranks, count)) : null,
			from: isCounted ? `${name} and ${ranks}` : name,
		};
	}
	return null;
}

function numberOf(name: string, value: string): number {
	if (!/^\d{1,15}$/.test(value)) throw badRank(name, value);
	return Number(value);
}

function badRank(name: string, value: string): UsageError {
	return new UsageError(
		"bad-rank",
		`the variable ${name} is ${quoted(value)}, and no rank: unset it, or set it to the number of a group.`,
	);
}
