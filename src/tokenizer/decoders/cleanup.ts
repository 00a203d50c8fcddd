/** What is written together in English, in the order of the library. */
const JOINED = [
	[" .", "."],
	[" ?", "?"],
	[" !", "!"],
	[" ,", ","],
	[" ' ", "'"],
	[" n't", "n't"],
	[" 'm", "'m"],
	[" do not", " don't"],
	[" 's", "'s"],
	[" 've", "'ve"],
	[" 're", "'re"],
];

/** Removes spaces before punctuation and within short forms. */
export const cleanUp = (text: string): string =>
	JOINED.reduce((so, [apart, joined]) => so.replaceAll(apart, joined), text);
