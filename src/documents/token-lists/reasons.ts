/** The reasons for records that cannot be used as lists of token ids, each with what it means. */
export const tokenListReasons = {
	"no-tokens":
		"a record has no list of token ids in the field that should hold it",
	"token-out-of-range": "a document holds a number that is no id of a token",
	"wrong-mask":
		"a mask is as long as no list of its token ids, or holds other things than 0 and 1, or than weights",
	"wrong-borders":
		"the borders of a record's documents are none, or leave some of its token ids out",
};
