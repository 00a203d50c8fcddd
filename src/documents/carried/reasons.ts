/** The reasons for records whose fields cannot go with their documents, each with what it means. */
export const carriedReasons = {
	"wrong-carried":
		"a record has no whole number of 32 bits in a field that is carried, and the field has no default",
	"wrong-loss":
		"a record has no list with a 0 or 1, or a weight, for each token of its text in the field that says what to train on",
};
