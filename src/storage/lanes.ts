/** Requests at a time: one to an object storage takes tens of milliseconds. */
export const LANES = 64;
