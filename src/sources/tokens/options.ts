import { choice, integer } from "../../core/option.js";

export const eosId = integer({
	most: 2 ** 31 - 1,
	defaultText: "none: a file beside the tokens has the borders",
	help: "the id between documents, for files of token ids that do not say where documents begin",
});

export const tokenBytes = choice(["2", "4"], {
	defaultText: "what fits the borders beside the tokens; 2 without them",
	help: "bytes per token, for files of token ids that do not say it",
});
