import { compared, packed } from "./derive.js";

/** What is computed beside the page, since it may take seconds. */
export const jobs = { packed, compared };

export type Jobs = typeof jobs;
export type JobName = keyof Jobs;
