/** How many of `count` things fall in one of `cycles` equal parts, the first ones a thing more. */
export function shareOfCycle(
	count: number,
	cycles: number,
	cycle: number,
): number {
	return Math.floor(count / cycles) + Number(cycle < count % cycles);
}
