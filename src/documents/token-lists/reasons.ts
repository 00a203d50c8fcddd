/** The reasons for records that cannot be used as lists of token ids, each with what it means. */
export const tokenListReasons = {
	"no-tokens":
		"a record has no list of token ids in the field that should hold it",
	"token-out-of-range": "a document holds a number that is not a token id",
	"wrong-mask":
		"a mask is not as long as its list of token ids, or holds something else than 0 and 1, or weights",
	"wrong-borders":
		"the borders of a record's documents are invalid, or leave out some of its token ids",
};
