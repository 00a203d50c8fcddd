/** Most tokens of a row: packers keep a table with an entry for each fill level. */
export const LARGEST_CAPACITY = 2 ** 26;

/** The capacity and length of rows that are as long as what is in them. */
export const ROW_OF_ANY_LENGTH = 0;
