/** What is counted of documents beside their tokens, each with what it means; a count that is worth a warning says so, and one of units of text. */
export const notedCounts: Readonly<
	Record<string, { meaning: string; isWarning: boolean; isOfUnits?: boolean }>
> = {
	pairs: {
		meaning: "pairs of a chosen and a rejected answer",
		isWarning: false,
	},
	answers: { meaning: "answers", isWarning: false },
	withoutThinking: {
		meaning: "of which the chat template leaves out the thinking",
		isWarning: true,
	},
	withoutField: {
		meaning:
			"of which lack the field that says what to train on, and are trained on",
		isWarning: true,
	},
	withoutEnd: {
		meaning: "after which the chat template writes no token that ends them",
		isWarning: true,
	},
	unparsed: {
		meaning: "texts that do not parse as source code, whose units are lines",
		isWarning: false,
		isOfUnits: true,
	},
	costlyTokens: {
		meaning: "tokens that cost more than a unit may, each a unit of its own",
		isWarning: false,
		isOfUnits: true,
	},
	longUnits: {
		meaning: "units longer than a segment, which are cut",
		isWarning: false,
		isOfUnits: true,
	},
};
