import { optionName, UsageError } from "../core/errors.js";
import { confined } from "../storage/confined.js";
import { STATE, withLockedDirectory } from "../storage/locked-directory.js";
import {
	readIfThere,
	type Storage,
	transfer,
	writeAll,
} from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import {
	type CurriculumPlan,
	hashOfPlan,
	PLAN_FILE,
} from "./curriculum-plan.js";
import { stepsName } from "./steps-file.js";

/** What is being written; gone once it is in its place. */
const WORK = `${STATE}/work`;
/** The plan that comes to its place, and the one that was there before. */
const NEXT = `${WORK}/${PLAN_FILE}`;
const BEFORE = `${WORK}/before.json`;

/**
 * The directory of a plan, while one is made there. Steps and plan are written aside,
 * then put in their places, the plan last: a plan that was there before stays whole
 * until then. Killed anywhere, the next call goes on.
 */
export class PlanDirectory {
	readonly out: string;
	readonly storage: Storage;

	constructor(out: string) {
		this.out = out;
		this.storage = confined(storageAt(out), out);
	}

	/** Where the steps are written. */
	get stepsInWork(): string {
		return this.#in(`${WORK}/steps.arrow`);
	}

	/**
	 * Makes the plan that was written the plan of the directory.
	 * @param rest Its `steps.path` names the steps in their place.
	 */
	async publish(
		rest: Omit<CurriculumPlan, "planHash">,
	): Promise<CurriculumPlan> {
		const { storage } = this;
		const plan = { ...rest, planHash: hashOfPlan(rest) };
		const content = `${JSON.stringify(plan, null, "\t")}\n`;
		// Both say which steps are ours, whenever this is killed.
		const before = await readIfThere(storage, this.#in(PLAN_FILE));
		if (before !== null) await writeAll(storage, this.#in(BEFORE), before);
		await writeAll(storage, this.#in(NEXT), content);
		await transfer(storage, this.stepsInWork, this.#in(plan.steps.path));
		await writeAll(storage, this.#in(PLAN_FILE), content, {
			partialsIn: this.#in(WORK),
		});
		return plan;
	}

	/** Removes what this call, or one that was killed, leaves beside the plan. */
	async tidy(): Promise<void> {
		const { storage } = this;
		const kept = await this.#stepsOf(PLAN_FILE);
		for (const path of [BEFORE, NEXT]) {
			const steps = await this.#stepsOf(path);
			if (steps !== null && steps !== kept)
				await storage.remove(this.#in(steps));
		}
		await storage.remove(this.#in(WORK));
	}

	/** @throws UsageError where something else than a plan is in the way */
	async requireOurs(): Promise<void> {
		const { out, storage } = this;
		const ours = new Set<string | null>([
			STATE,
			PLAN_FILE,
			await this.#stepsOf(PLAN_FILE),
			await this.#stepsOf(NEXT),
			await this.#stepsOf(BEFORE),
		]);
		const names = await storage.list(out);
		const others = names.filter((name) => !ours.has(name));
		if (others.length > 0)
			throw new UsageError(
				"output-in-use",
				`${out} holds other things, such as ${others[0]}: name a new directory for the plan (${optionName("out")}).`,
			);
	}

	/** @throws UsageError where a plan is in the way */
	async requireNoPlan(): Promise<void> {
		const { out, storage } = this;
		if ((await storage.stat(this.#in(PLAN_FILE))) !== null)
			throw new UsageError(
				"output-in-use",
				`${out} holds a plan already: name another directory (${optionName("out")}), or replace it with ${optionName("overwrite", true)}.`,
			);
	}

	/** The steps that a plan here names; null where there is none. */
	async #stepsOf(path: string): Promise<string | null> {
		const content = await readIfThere(this.storage, this.#in(path));
		if (content === null) return null;
		try {
			const { steps } = JSON.parse(content.toString("utf8"));
			return steps.path === stepsName(steps.sha256) ? steps.path : null;
		} catch {
			return null;
		}
	}

	#in(path: string): string {
		return `${this.out}/${path}`;
	}
}

/**
 * Holds the lock of a plan's directory while `action` makes a plan there.
 * @throws UsageError `output-in-use`, `in-use`
 */
export async function withPlanDirectory<T>(
	out: string,
	overwrite: boolean,
	action: (directory: PlanDirectory) => Promise<T>,
): Promise<T> {
	const directory = new PlanDirectory(out);
	return withLockedDirectory(
		directory.storage,
		out,
		out,
		{
			requireFree: () => directory.requireOurs(),
			tidy: () => directory.tidy(),
		},
		async () => {
			if (!overwrite) await directory.requireNoPlan();
			return action(directory);
		},
	);
}
