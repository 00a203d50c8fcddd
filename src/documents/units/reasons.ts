/** The reasons for records whose units cannot be found, each with what it means. */
export const unitReasons = {
	"wrong-costs":
		"a record has no list with a cost for each token of its text, or a cost is below 0",
};
