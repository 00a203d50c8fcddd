/** Most tokens of a row: packers keep a table with an entry for each fill level. */
export const LARGEST_CAPACITY = 2 ** 26;
