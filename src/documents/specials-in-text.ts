/** What becomes of special tokens that stand in texts. */
export interface WayWithSpecials {
	/** Whether they are plain text. */
	readonly splits: boolean;
	/** Whether they are an error. */
	readonly refuses: boolean;
}

const ways = {
	keep: { splits: false, refuses: false },
	text: { splits: true, refuses: false },
	error: { splits: false, refuses: true },
};

export type WayWithSpecialsName = keyof typeof ways;

export const waysWithSpecials: Readonly<
	Record<WayWithSpecialsName, WayWithSpecials>
> = ways;

export const namesOfWays = Object.keys(ways) as WayWithSpecialsName[];

export const usualWayWithSpecials: WayWithSpecialsName = "keep";

/** The way that takes them for plain text. */
export const splittingWay = namesOfWays.find(
	(name) => ways[name].splits,
) as WayWithSpecialsName;
