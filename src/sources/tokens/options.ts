import { choice, integer } from "../../core/option.js";

export const eosId = integer({
	most: 2 ** 31 - 1,
	defaultText: "none: the borders are said beside the tokens",
	help: "the id between documents, for files of token ids that do not say where those begin",
});

export const tokenBytes = choice(["2", "4"], {
	defaultText: "as many as fit the borders beside the tokens; 2 without them",
	help: "bytes of a token, for files of token ids that do not say it",
});
