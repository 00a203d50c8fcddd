import { optionName, UsageError } from "../core/errors.js";
import { parseJson } from "../core/json.js";
import { confined } from "../storage/confined.js";
import { requireWhole } from "../storage/file-sizes.js";
import { canonicalJson } from "../storage/hash.js";
import {
	type OwnDirectory,
	STATE,
	withLockedDirectory,
} from "../storage/locked-directory.js";
import {
	readIfThere,
	removeForGood,
	type Storage,
	transfer,
	writeAll,
} from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import {
	type CurriculumPlan,
	filesOf,
	hashOfPlan,
	PLAN_FILE,
} from "./curriculum-plan.js";
import { groupsName } from "./groups-file.js";
import { lanesName } from "./lanes-file.js";
import { stepsName } from "./steps-file.js";

/** A plan, and whether it was made now; else it was there. */
export interface MadePlan {
	plan: CurriculumPlan;
	isNew: boolean;
}

/** How the files of a plan are named. */
const nameOf = { steps: stepsName, lanes: lanesName, groups: groupsName };

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
export class PlanDirectory implements OwnDirectory {
	readonly out: string;
	readonly storage: Storage;

	constructor(out: string) {
		this.out = out;
		this.storage = confined(storageAt(out), out);
	}

	/** Where the steps are written. */
	get stepsInWork(): string {
		return this.#inWork("steps");
	}

	/** Where the lanes are written, if there are any. */
	get lanesInWork(): string {
		return this.#inWork("lanes");
	}

	/** Where the groups of ranks are written, if there are any. */
	get groupsInWork(): string {
		return this.#inWork("groups");
	}

	/**
	 * Makes the plan that was written the plan of the directory.
	 * @param rest It names its files in their places.
	 */
	async publish(
		rest: Omit<CurriculumPlan, "planHash">,
		overwrite: boolean,
	): Promise<MadePlan> {
		const { storage } = this;
		const plan = { ...rest, planHash: hashOfPlan(rest) };
		if (!overwrite && (await this.#finished(plan)))
			return { plan, isNew: false };
		const content = `${JSON.stringify(plan, null, "\t")}\n`;
		// Both say which files are ours, whenever this is killed.
		const before = await readIfThere(storage, this.#in(PLAN_FILE));
		if (before !== null) await writeAll(storage, this.#in(BEFORE), before);
		await writeAll(storage, this.#in(NEXT), content);
		for (const [what, { path }] of filesOf(plan))
			await transfer(storage, this.#inWork(what), this.#in(path));
		await writeAll(storage, this.#in(PLAN_FILE), content, {
			partialsIn: this.#in(WORK),
		});
		return { plan, isNew: true };
	}

	/**
	 * Whether a plan is there that is this one.
	 * @throws UsageError `output-in-use` where another one is, or a file of it is not there
	 */
	async #finished(plan: CurriculumPlan): Promise<boolean> {
		const there = await this.#there();
		if (there === null) return false;
		if (there.planHash !== plan.planHash) throw this.#holdsAnother();
		const files = filesOf(plan).map(([, file]) => file);
		await requireWhole(this.storage, this.out, "this very plan", files);
		return true;
	}

	/**
	 * Refuses a plan that is there where it is another one by what is known before it is planned.
	 * @throws UsageError `output-in-use`
	 */
	async requireAlike(known: Partial<CurriculumPlan>): Promise<void> {
		const there: Partial<CurriculumPlan> | null = await this.#there();
		if (there === null) return;
		const same = Object.entries({ ...there }).filter(([key]) => key in known);
		if (canonicalJson(Object.fromEntries(same)) !== canonicalJson({ ...known }))
			throw this.#holdsAnother();
	}

	/** The plan that is there; null where there is none, or none that can be read. */
	async #there(): Promise<CurriculumPlan | null> {
		const content = await readIfThere(this.storage, this.#in(PLAN_FILE));
		try {
			return content && parseJson(content.toString("utf8"));
		} catch {
			throw this.#holdsAnother();
		}
	}

	#holdsAnother(): UsageError {
		return new UsageError(
			"output-in-use",
			`${this.out} holds another plan already: name another directory (${optionName("out")}), or replace it with ${optionName("overwrite", true)}.`,
		);
	}

	/** Removes what this call, or one that was killed, leaves beside the plan. */
	async tidy(): Promise<void> {
		const { storage } = this;
		const kept = await this.#filesOf(PLAN_FILE);
		const files = [
			...(await this.#filesOf(BEFORE)),
			...(await this.#filesOf(NEXT)),
		];
		const gone = files.filter((path) => !kept.includes(path));
		await removeForGood(
			storage,
			gone.map((path) => this.#in(path)),
		);
		await storage.remove(this.#in(WORK));
	}

	/** @throws UsageError where something else than a plan is in the way; whether one may be replaced is seen once it is planned anew */
	async requireFree(): Promise<void> {
		const { out, storage } = this;
		const ours = new Set<string>([
			STATE,
			PLAN_FILE,
			...(await this.#filesOf(PLAN_FILE)),
			...(await this.#filesOf(NEXT)),
			...(await this.#filesOf(BEFORE)),
		]);
		const names = await storage.list(out);
		const others = names.filter((name) => !ours.has(name));
		if (others.length > 0)
			throw new UsageError(
				"output-in-use",
				`${out} holds other things, such as ${others[0]}: name a new directory for the plan (${optionName("out")}).`,
			);
	}

	/** The files that a plan here names; none where there is no plan. */
	async #filesOf(path: string): Promise<string[]> {
		const content = await readIfThere(this.storage, this.#in(path));
		if (content === null) return [];
		try {
			const plan = parseJson(content.toString("utf8"));
			return filesOf(plan)
				.filter(([what, { path, sha256 }]) => path === nameOf[what](sha256))
				.map(([, { path }]) => path);
		} catch {
			return [];
		}
	}

	#inWork(what: keyof typeof nameOf): string {
		return this.#in(`${WORK}/${what}.arrow`);
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
		directory,
		{ overwrite },
		() => action(directory),
	);
}
