/** The reasons for records that are not wanted, each with what it means. */
export const leftOutReasons = {
	where: "it does not meet the condition",
	sample: "it is not in the sample",
	strata: "its length is in no stratum",
	perStratum: "there were enough of its length",
	repeat: "it is not in the share that is repeated",
	dedupe: "its text came before",
	limit: "there were enough before",
};
